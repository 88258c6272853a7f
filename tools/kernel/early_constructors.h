#ifndef BINDERY_TOOLS_KERNEL_EARLY_CONSTRUCTORS_H_
#define BINDERY_TOOLS_KERNEL_EARLY_CONSTRUCTORS_H_

// Included before the kernel's kernel/gcov/gcc_base.c, when user-mode Linux is
// built with gcov.
//
// gcov registers each object in a constructor. In user-mode Linux the C library
// runs those before the kernel has a current task, which printk needs on older
// kernels (6.1): the program would end there. So the one message is left out.

#include <linux/printk.h>

#undef pr_info
#define pr_info(...) ((void)0)

#endif  // BINDERY_TOOLS_KERNEL_EARLY_CONSTRUCTORS_H_
