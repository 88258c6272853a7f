"""Files as object files: no generated source holds their bytes."""

def embedded_file(name, src, symbol):
    """NAME.o with the bytes of a file from SYMBOL_begin to SYMBOL_end.

    Args:
      name: of the target.
      src: the file.
      symbol: what its two symbols begin with.
    """
    native.genrule(
        name = name,
        srcs = [src],
        outs = [name + ".o"],
        cmd = """
        {
          echo '.section .rodata'
          echo '.global %s_begin, %s_end'
          echo '%s_begin: .incbin "$(execpath %s)"'
          echo '%s_end: .byte 0'
          echo '.section .note.GNU-stack,"",%%progbits'
        } > $@.s
        $(CC) -c $@.s -o $@
        rm $@.s
        """ % (symbol, symbol, symbol, src, symbol),
        toolchains = ["@bazel_tools//tools/cpp:current_cc_toolchain"],
    )
