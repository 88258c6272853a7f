#include "model/brm/promela.h"

#include "absl/strings/str_cat.h"

namespace bindery::model {
namespace {

// A process: alive 1, waiting 2, served 3 bits from 2, reply 3 from 5, buffer 3
// from 8, reply buffer 3 from 11, inbox slots of 7 from 14; with three slots
// the inbox has a variable of its own. A slot is (sender + 1) << 4 | one-way
// << 3 | object. A node: life 2 bits, has strong 4, pending strong 8, has weak
// 16, pending weak 32, work 64, internal strong 3 bits from 7, local strong 5
// from 10, local weak 2 from 15. A reference: strong 2, weak 2, notice 3 bits.
constexpr char kMacros[] = R"(
#define ALIVE(x) (x & 1)
#define FREE(x) ((x & 30) == 0)
#define SERVED(x) ((x >> 2) & 7)
#define REPLY(x) ((x >> 5) & 7)
#define BUFFER(x) ((x >> 8) & 7)
#define REPLY_BUFFER(x) ((x >> 11) & 7)
#define LIVE(x) ((x & 3) == 1)
#define HAS_STRONG 4
#define WORK 64
#define ONE_INTERNAL 128
#define ONE_LOCAL 1024
#define ONE_WEAK 32768
#define INTERNAL(x) (x & 896)
#define WEAK(x) (x & 98304)
#define STRONG_OF(x) (x & 3)
#define WEAK_OF(x) (x & 12)
#define COUNTS(x) (x & 15)
)";

class Writer {
 public:
  explicit Writer(const BrmParams& params)
      : m_(params), split_(params.inbox_capacity > 2) {}

  std::string Write() {
    absl::StrAppend(&out_, "/* BRM-1 ", BrmParamsText(m_), " */", kMacros);
    Declare();
    absl::StrAppend(&out_, "active proctype brm() {\n  do\n");
    for (int p = 0; p < m_.processes; ++p) Process(p);
    absl::StrAppend(&out_, "  od\n}\n");
    return std::move(out_);
  }

 private:
  // ------------------------------------------------------------ variables --

  static std::string P(int p) { return absl::StrCat("p", p); }
  static std::string N(int n) { return absl::StrCat("n", n); }
  static std::string R(int p, int n) { return absl::StrCat("r", p, n); }
  std::string Inbox(int p) const { return absl::StrCat(split_ ? "i" : "p", p); }
  int Shift(int i) const { return (split_ ? 0 : 14) + 7 * i; }
  std::string Slot(int p, int i) const {
    return absl::StrCat("((", Inbox(p), " >> ", Shift(i), ") & 127)");
  }

  void Declare() {
    const int start = 1 | 4 | 16 | (m_.processes - 1) << 7 | 1 << 10 | 1 << 15;
    for (int p = 0; p < m_.processes; ++p) {
      absl::StrAppend(&out_, "int ", P(p), " = 1;\n");
      if (split_) absl::StrAppend(&out_, "int ", Inbox(p), " = 0;\n");
    }
    for (int n = 0; n < m_.nodes; ++n) {
      absl::StrAppend(&out_, "int ", N(n), " = ", n == 0 ? start : 0, ";\n");
    }
    for (int p = 0; p < m_.processes; ++p) {
      for (int n = 0; n < m_.nodes; ++n) {
        if (p == n) continue;
        absl::StrAppend(&out_, "byte ", R(p, n), " = ", n == 0 ? 1 : 0, ";\n");
      }
    }
  }

  // -------------------------------------------------------------- phrases --

  void Option(const std::string& guard, const std::string& effects) {
    absl::StrAppend(&out_, "  :: d_step { (", guard, ") -> ", effects,
                    "skip }\n");
  }
  static std::string If(const std::string& guard, const std::string& then,
                        const std::string& otherwise = "") {
    return absl::StrCat("if :: (", guard, ") -> ", then, "skip :: else -> ",
                        otherwise, "skip fi; ");
  }
  static std::string Add(const std::string& variable, const std::string& what) {
    return absl::StrCat(variable, " = ", variable, " + ", what, "; ");
  }
  static std::string Clear(const std::string& variable, int bits) {
    return absl::StrCat(variable, " = ", variable, " & ~", bits, "; ");
  }
  static std::string Put(const std::string& variable, int mask, int at,
                         const std::string& value) {
    return absl::StrCat(variable, " = (", variable, " & ~", mask << at, ") | (",
                        value, " << ", at, "); ");
  }

  std::string AnyRef(int n) const {
    std::string all = "((0";
    for (int p = 0; p < m_.processes; ++p) {
      if (p != n) absl::StrAppend(&all, " | ", R(p, n));
    }
    return all + ") & 15)";
  }

  // ---------------------------------------------------------------- parts --

  std::string NotifyOrFree(int n) const {
    const std::string x = N(n);
    return If(absl::StrCat("LIVE(", x, ") && (", x, " & 20)"),
              absl::StrCat(x, " = ", x, " | WORK; "),
              If(absl::StrCat("(", x, " & 130944) == 0 && !", AnyRef(n)),
                 absl::StrCat(x, " = 0; ")));
  }
  std::string AfterStrong(int n) const {
    return If(absl::StrCat("(", N(n), " & 32640) == 0"), NotifyOrFree(n));
  }
  std::string AfterWeak(int n) const {
    return If(absl::StrCat("WEAK(", N(n), ") == 0 && !", AnyRef(n)),
              NotifyOrFree(n));
  }
  std::string DropRefIfUnused(int p, int n) const {
    return If(absl::StrCat("COUNTS(", R(p, n), ") == 0"),
              absl::StrCat(R(p, n), " = 0; ", AfterWeak(n)));
  }
  std::string Release(int p, int n) const {
    return absl::StrCat(
        Add(R(p, n), "-1"),
        If(absl::StrCat("STRONG_OF(", R(p, n), ") == 0"),
           absl::StrCat(Add(N(n), "-ONE_INTERNAL"), AfterStrong(n),
                        DropRefIfUnused(p, n))));
  }
  std::string AddStrong(int p, int n) const {
    return absl::StrCat(If(absl::StrCat("STRONG_OF(", R(p, n), ") == 0"),
                           Add(N(n), "ONE_INTERNAL")),
                        Add(R(p, n), "1"));
  }
  std::string DropLocal(int n) const {
    return absl::StrCat(Add(N(n), "-ONE_LOCAL"), AfterStrong(n));
  }

  // What lets `from` send the object to `to`, and what that does.
  std::string Sendable(int from, int to, int object) const {
    if (object == 0) return "true";
    const int n = object - 1;
    if (n == to) {
      return absl::StrCat("STRONG_OF(", R(from, n), ") && LIVE(", N(n), ")");
    }
    const std::string room =
        absl::StrCat("STRONG_OF(", R(to, n), ") < ", m_.max_strong);
    if (n == from) return room;
    return absl::StrCat("STRONG_OF(", R(from, n), ") && ", room);
  }
  std::string Translate(int from, int to, int object) const {
    if (object == 0) return "";
    const int n = object - 1;
    if (n == to) return Add(N(n), "ONE_LOCAL");
    if (n != from) return AddStrong(to, n);
    return absl::StrCat(
        If(absl::StrCat("(", N(n), " & 3) == 0"), Add(N(n), "1")),
        If(absl::StrCat("STRONG_OF(", R(to, n), ") == 0 && (", N(n),
                        " & HAS_STRONG) == 0"),
           absl::StrCat(N(n), " = ", N(n), " | WORK; ")),
        AddStrong(to, n));
  }
  std::string ReleaseObject(int p, int object) const {
    if (object == 0) return "";
    const int n = object - 1;
    if (n == p) return DropLocal(n);
    return If(absl::StrCat("STRONG_OF(", R(p, n), ") > 0"), Release(p, n));
  }
  std::string Push(int n, int slot) const {
    const auto put = [&](int i) {
      return absl::StrCat(Inbox(n), " = ", Inbox(n), " | ", slot << Shift(i),
                          "; ");
    };
    std::string push = put(m_.inbox_capacity - 1);
    for (int i = m_.inbox_capacity - 2; i >= 0; --i) {
      push = If(Slot(n, i) + " == 0", put(i), push);
    }
    return push;
  }

  // -------------------------------------------------------------- options --

  void Process(int p) {
    for (int n = 0; n < m_.nodes; ++n) {
      if (n == p) continue;
      References(p, n);
      for (int object = 0; object <= m_.nodes; ++object) Call(p, n, object);
    }
    ReceiveAndReply(p);
    Buffers(p);
    if (p < m_.nodes) Node(p);
    if ((m_.mortal >> p & 1) != 0) Death(p);
  }

  void References(int p, int n) {
    const std::string alive = absl::StrCat("ALIVE(", P(p), ") && ");
    const std::string r = R(p, n), x = N(n);
    const std::string manager = absl::StrCat(" || (", x, " & HAS_STRONG)");
    Option(absl::StrCat(alive, "COUNTS(", r, ") && STRONG_OF(", r, ") < ",
                        m_.max_strong, " && (STRONG_OF(", r, ") || INTERNAL(",
                        x, ")", n == 0 ? manager : "", ")"),
           AddStrong(p, n));
    Option(absl::StrCat(alive, "STRONG_OF(", r, ")"), Release(p, n));
    if (m_.max_weak > 0) {
      Option(absl::StrCat(alive, "COUNTS(", r, ") && WEAK_OF(", r, ") < ",
                          m_.max_weak * 4),
             Add(r, "4"));
      Option(absl::StrCat(alive, "WEAK_OF(", r, ")"),
             Add(r, "-4") + DropRefIfUnused(p, n));
    }
    if (m_.death_notices) Notices(p, n);
  }

  void Notices(int p, int n) {
    const std::string r = R(p, n);
    const std::string ref =
        absl::StrCat("ALIVE(", P(p), ") && COUNTS(", r, ") && (", r, " >> 4) ");
    Option(absl::StrCat(ref, "== 0"),
           If(absl::StrCat("LIVE(", N(n), ")"), Add(r, "16"), Add(r, "32")));
    Option(absl::StrCat("ALIVE(", P(p), ") && COUNTS(", r, ") && ((", r,
                        " >> 4) == 1 || (", r, " >> 4) == 4)"),
           absl::StrCat(r, " = ", r, " & 15; "));
    Option(absl::StrCat(ref, "== 2"), Add(r, "16"));
    Option(absl::StrCat(ref, "== 3"), Add(r, "16"));
  }

  void Call(int p, int n, int object) {
    const std::string guard = absl::StrCat(
        "ALIVE(", P(p), ") && FREE(", P(p), ") && REPLY_BUFFER(", P(p),
        ") == 0 && STRONG_OF(", R(p, n), ") && LIVE(", N(n), ") && ",
        Slot(n, m_.inbox_capacity - 1), " == 0 && ", Sendable(p, n, object));
    const std::string sent = Add(N(n), "ONE_LOCAL") + Translate(p, n, object);
    const int slot = (p + 1) << 4 | object;
    Option(guard,
           absl::StrCat(sent, Push(n, slot), P(p), " = ", P(p), " | 2; "));
    if (m_.one_way) Option(guard, sent + Push(n, slot | 8));
  }

  void ReceiveAndReply(int p) {
    const std::string x = P(p);
    const std::string alive = absl::StrCat("ALIVE(", x, ") && ");
    const std::string first = Slot(p, 0);
    const std::string rest =
        split_ ? absl::StrCat(Inbox(p), " = ", Inbox(p), " >> 7; ")
               : absl::StrCat(x, " = (", x, " & 16383) | ((", x,
                              " >> 21) << 14); ");
    Option(absl::StrCat(alive, "FREE(", x, ") && BUFFER(", x, ") == 0 && ",
                        first, " != 0"),
           absl::StrCat(Add(x, absl::StrCat("((1 + (", first, " & 7)) << 8)")),
                        If(absl::StrCat("(", first, " & 8) == 0"),
                           Add(x, absl::StrCat("((", first, " >> 4) << 2)"))),
                        rest));
    const int dead = 1 + m_.processes;
    Option(absl::StrCat(alive, "SERVED(", x, ") == ", dead), Clear(x, 28));
    for (int q = 0; q < m_.processes; ++q) {
      for (int object = 0; q != p && object <= m_.nodes; ++object) {
        Option(absl::StrCat(alive, "SERVED(", x, ") == ", 1 + q, " && ",
                            Sendable(p, q, object)),
               absl::StrCat(Clear(x, 28), Translate(p, q, object),
                            Put(P(q), 7, 5, absl::StrCat(1 + object))));
      }
    }
    Option(absl::StrCat(alive, "REPLY(", x, ")"),
           absl::StrCat(If(absl::StrCat("REPLY(", x, ") != ", m_.nodes + 2),
                           Put(x, 7, 11, absl::StrCat("REPLY(", x, ")"))),
                        Clear(x, 7 << 5 | 2)));
  }

  void Buffers(int p) {
    const std::string x = P(p);
    for (int object = 0; object <= m_.nodes; ++object) {
      // Only an owner of a node gets calls.
      if (p < m_.nodes) {
        Option(
            absl::StrCat("ALIVE(", x, ") && BUFFER(", x, ") == ", 1 + object),
            absl::StrCat(ReleaseObject(p, object), Clear(x, 7 << 8),
                         DropLocal(p)));
      }
      Option(absl::StrCat("ALIVE(", x, ") && REPLY_BUFFER(", x,
                          ") == ", 1 + object),
             ReleaseObject(p, object) + Clear(x, 7 << 11));
    }
  }

  void Node(int n) {
    const std::string x = N(n);
    const std::string alive = absl::StrCat("ALIVE(", P(n), ") && ");
    const std::string strong = absl::StrCat("(", x, " & 32640)");
    const std::string weak =
        absl::StrCat("(", strong, " || WEAK(", x, ") || ", AnyRef(n), ")");
    const std::string gain_weak =
        If(absl::StrCat("(", x, " & 16) == 0"), Add(x, "(48 + ONE_WEAK)"));
    const std::string gain_strong =
        If(absl::StrCat("(", x, " & 4) == 0"), Add(x, "(12 + ONE_LOCAL)"));
    Option(
        absl::StrCat(alive, "(", x, " & WORK)"),
        absl::StrCat(Clear(x, 64),
                     If(weak, gain_weak + If(strong, gain_strong, Clear(x, 4)),
                        absl::StrCat(x, " = 0; "))));
    Option(absl::StrCat(alive, "(", x, " & 8)"), Clear(x, 8) + DropLocal(n));
    Option(absl::StrCat(alive, "(", x, " & 32)"),
           absl::StrCat(Clear(x, 32), Add(x, "-ONE_WEAK"), AfterWeak(n)));
  }

  // ---------------------------------------------------------------- death --

  void Death(int p) {
    std::string all = FailCallers(p);
    absl::StrAppend(&all, P(p), " = 0; ");
    if (split_) absl::StrAppend(&all, Inbox(p), " = 0; ");
    if (p < m_.nodes) absl::StrAppend(&all, ReleaseNode(p));
    for (int n = 0; n < m_.nodes; ++n) {
      if (n == p) continue;
      absl::StrAppend(&all,
                      If(absl::StrCat("COUNTS(", R(p, n), ")"), DropRef(p, n)));
    }
    absl::StrAppend(&all, ForgetSender(p));
    Option(absl::StrCat("ALIVE(", P(p), ")"), all);
  }

  std::string FailCallers(int p) const {
    std::string all;
    for (int q = 0; q < m_.processes; ++q) {
      if (q == p) continue;
      std::string waits = absl::StrCat("SERVED(", P(p), ") == ", 1 + q);
      for (int i = 0; i < m_.inbox_capacity; ++i) {
        absl::StrAppend(&waits, " || (", Slot(p, i), " >> 3) == ", (q + 1) * 2);
      }
      absl::StrAppend(&all,
                      If(waits, Put(P(q), 7, 5, absl::StrCat(m_.nodes + 2))));
    }
    return all;
  }

  std::string ReleaseNode(int p) const {
    std::string notify = absl::StrCat(N(p), " = (", N(p), " & 896) | 2; ");
    for (int q = 0; q < m_.processes; ++q) {
      if (q == p) continue;
      absl::StrAppend(&notify, If(absl::StrCat("(", R(q, p), " >> 4) == 1"),
                                  Add(R(q, p), "16")));
    }
    return If(absl::StrCat("LIVE(", N(p), ")"),
              If(AnyRef(p), notify, absl::StrCat(N(p), " = 0; ")));
  }

  std::string DropRef(int p, int n) const {
    const std::string r = R(p, n);
    return If(absl::StrCat("STRONG_OF(", r, ")"),
              absl::StrCat(r, " = 0; ", Add(N(n), "-ONE_INTERNAL"),
                           AfterStrong(n), AfterWeak(n)),
              absl::StrCat(r, " = 0; ", AfterWeak(n)));
  }

  std::string ForgetSender(int p) const {
    std::string all;
    for (int q = 0; q < m_.processes; ++q) {
      if (q == p || q >= m_.nodes) continue;
      absl::StrAppend(&all,
                      If(absl::StrCat("SERVED(", P(q), ") == ", 1 + p),
                         Put(P(q), 7, 2, absl::StrCat(1 + m_.processes))));
      for (int i = 0; i < m_.inbox_capacity; ++i) {
        absl::StrAppend(
            &all,
            If(absl::StrCat("(", Slot(q, i), " >> 4) == ", p + 1),
               Put(Inbox(q), 7, Shift(i) + 4, absl::StrCat(m_.processes + 1))));
      }
    }
    return all;
  }

  const BrmParams& m_;
  const bool split_;
  std::string out_;
};

}  // namespace

std::string BrmPromela(const BrmParams& params) {
  return Writer(params).Write();
}

}  // namespace bindery::model
