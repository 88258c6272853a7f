// Expectations: the alternatives of a step, the words and binds in them.
#include "absl/strings/str_cat.h"
#include "sim/kernel/errno.h"
#include "sim/user/compiler.h"
#include "sim/user/payload.h"

namespace bindery::sim {
namespace {

bool CanEndCall(proto::Br br) {
  switch (br) {
    case proto::BR_REPLY:
    case proto::BR_DEAD_REPLY:
    case proto::BR_FAILED_REPLY:
    case proto::BR_FROZEN_REPLY:
    case proto::BR_TRANSACTION_COMPLETE:
    case proto::BR_ONEWAY_SPAM_SUSPECT:
    case proto::BR_TRANSACTION_PENDING_FROZEN:
      return true;
    default:
      return false;
  }
}

}  // namespace

Range Compiler::Outcomes(const StepCursor& step, Result result) {
  if (step->expect_size() != 0 && result == Result::kNone) {
    errors_.Add(step.At("expect", 0),
                "this step has no result that could be expected; remove "
                "expect, or use check { expr: ... }");
    return {};
  }
  std::vector<ExpectedOutcome> outcomes;
  for (int i = 0; i < step->expect_size(); ++i) {
    outcomes.push_back(
        OneOutcome(step.Sub(step->expect(i), "expect", i), result));
    const ExpectedOutcome& made = outcomes.back();
    if (step->has_call() && step->call().one_way() &&
        (made.has_text || made.has_i32 || made.parcel != 0 ||
         (made.has_br && made.br == proto::BR_REPLY))) {
      errors_.Add(step.At("expect", i),
                  "a one-way call gets no reply; expect br: "
                  "BR_TRANSACTION_COMPLETE, or nothing");
    }
  }
  const Range range{static_cast<uint32_t>(out_.outcomes.size()),
                    static_cast<uint32_t>(outcomes.size())};
  out_.outcomes.insert(out_.outcomes.end(), outcomes.begin(), outcomes.end());
  return range;
}

void Compiler::CheckFields(const Cursor<proto::Outcome>& outcome,
                           Result result) {
  const bool call = result == Result::kCall || result == Result::kReply;
  const auto reject = [&](bool present, const char* field, bool fits,
                          const char* where) {
    if (!present || fits) return;
    errors_.Add(outcome.At(field),
                absl::StrCat(field, " is a result of ", where,
                             " and not of this step; remove it"));
  };
  const bool raw = result == Result::kWriteRead;
  reject(outcome->has_ret(), "ret", !call, "system calls");
  reject(!outcome->error().empty(), "error", !call, "system calls");
  reject(outcome->has_write_consumed(), "write_consumed", raw, "write_read");
  reject(outcome->has_read_consumed(), "read_consumed", raw, "write_read");
  reject(outcome->returns_size() != 0, "returns", raw, "write_read");
  reject(outcome->no_returns(), "no_returns", raw, "write_read");
  reject(outcome->br() != proto::BR_ERROR, "br", call, "call and reply");
  reject(outcome->has_text(), "text",
         result == Result::kCall || result == Result::kLook,
         "call, list, stat, read and read_fd");
  reject(outcome->has_i32(), "i32", result == Result::kCall, "call");
  reject(outcome->has_parcel(), "parcel", result == Result::kCall, "call");
  reject(outcome->has_sync_recv(), "sync_recv", result == Result::kIoctl,
         "ioctl");
  reject(outcome->has_async_recv(), "async_recv", result == Result::kIoctl,
         "ioctl");
  reject(outcome->has_value(), "value", result == Result::kIoctl, "ioctl");
  reject(outcome->has_ee_param(), "ee_param", result == Result::kIoctl,
         "ioctl");
  reject(outcome->has_weak_count(), "weak_count", result == Result::kIoctl,
         "ioctl");
  reject(outcome->has_cookie(), "cookie", result == Result::kIoctl, "ioctl");
  reject(outcome->has_has_strong_ref(), "has_strong_ref",
         result == Result::kIoctl, "ioctl");
  reject(outcome->has_has_weak_ref(), "has_weak_ref", result == Result::kIoctl,
         "ioctl");
}

void Compiler::NodeFacts(const proto::Outcome& outcome,
                         ExpectedOutcome* expected) {
  expected->has_weak_count = outcome.has_weak_count();
  expected->weak_count = outcome.weak_count();
  expected->has_cookie = outcome.has_cookie();
  expected->cookie = outcome.cookie();
  expected->has_strong_ref = outcome.has_has_strong_ref();
  expected->strong_ref = outcome.has_strong_ref();
  expected->has_weak_ref = outcome.has_has_weak_ref();
  expected->weak_ref = outcome.has_weak_ref();
}

void Compiler::ErrnoOf(const Cursor<proto::Outcome>& outcome,
                       ExpectedOutcome* expected) {
  if (outcome->error().empty()) return;
  expected->error = ErrnoNumber(outcome->error().c_str());
  if (expected->error == 0) {
    std::vector<std::string> known;
    for (int32_t value = -1; value > -134; --value) {
      const std::string name = ErrnoName(value);
      if (name != "E?") known.push_back(name);
    }
    errors_.Add(outcome.At("error"),
                absl::StrCat("there is no error \"", outcome->error(), "\"",
                             Suggest(outcome->error(), known, "")));
  }
  if (outcome->has_ret() && outcome->ret() != -1) {
    errors_.Add(outcome.At("error"),
                absl::StrCat("error means something only when ret is -1, and "
                             "ret is ",
                             outcome->ret(), "; remove one of them"));
  }
  expected->has_ret = true;
  expected->ret = -1;
}

// As it is in a payload, or as it is seen.
std::string Compiler::TextOf(const proto::Outcome& outcome, Result result) {
  if (!outcome.has_text()) return "";
  return result == Result::kLook ? outcome.text() : EncodeText(outcome.text());
}

ExpectedOutcome Compiler::OneOutcome(const Cursor<proto::Outcome>& outcome,
                                     Result result) {
  CheckFields(outcome, result);
  ExpectedOutcome expected;
  expected.has_ret = outcome->has_ret();
  expected.ret = outcome->ret();
  ErrnoOf(outcome, &expected);
  if (expected.has_ret && expected.ret < -1) {
    errors_.Add(outcome.At("ret"),
                "a system call returns 0 or more, or -1 with an error; write "
                "error: \"EINVAL\" and the like");
  }
  expected.has_write_consumed = outcome->has_write_consumed();
  expected.write_consumed = outcome->write_consumed();
  expected.has_read_consumed = outcome->has_read_consumed();
  expected.read_consumed = outcome->read_consumed();
  expected.has_br = outcome->br() != proto::BR_ERROR;
  expected.br = static_cast<uint32_t>(outcome->br());
  if (expected.has_br && !CanEndCall(outcome->br())) {
    errors_.Add(outcome.At("br"),
                absl::StrCat(proto::Br_Name(outcome->br()),
                             " never ends a call; it is BR_REPLY, "
                             "BR_DEAD_REPLY, BR_FAILED_REPLY, BR_FROZEN_REPLY "
                             "or, for one-way calls and replies, "
                             "BR_TRANSACTION_COMPLETE"));
  }
  expected.has_text = outcome->has_text();
  expected.text = TextOf(*outcome, result);
  expected.has_i32 = outcome->has_i32();
  expected.i32 = outcome->i32();
  expected.has_value = outcome->has_value();
  expected.value = outcome->value();
  expected.has_ee_param = outcome->has_ee_param();
  expected.ee_param = outcome->ee_param();
  NodeFacts(*outcome, &expected);
  FrozenCounts(outcome, &expected);
  Ready(outcome, result, &expected);
  expected.has_returns = outcome->no_returns() || outcome->returns_size() != 0;
  if (outcome->no_returns() && outcome->returns_size() != 0) {
    errors_.Add(outcome.At("no_returns"),
                "no_returns and returns contradict each other; keep one");
  }
  expected.returns = Returns(outcome);
  if (outcome->has_parcel()) {
    std::vector<BindSpec> names;
    expected.parcel =
        ParcelToRead(outcome.Sub(outcome->parcel(), "parcel"), &names);
    expected.binds = {static_cast<uint32_t>(out_.binds.size()),
                      static_cast<uint32_t>(names.size())};
    out_.binds.insert(out_.binds.end(), names.begin(), names.end());
    for (const BindSpec& name : names) {
      if (name.keep != Keep::kSame) continue;
      errors_.Add(name.place,
                  "only a handler compares a handle with that of a name; "
                  "remove same");
    }
  }
  return expected;
}

Range Compiler::Returns(const Cursor<proto::Outcome>& outcome) {
  std::vector<ExpectedReturn> words;
  for (int i = 0; i < outcome->returns_size(); ++i) {
    words.push_back(OneReturn(outcome.Sub(outcome->returns(i), "returns", i)));
  }
  const Range range{static_cast<uint32_t>(out_.expected_returns.size()),
                    static_cast<uint32_t>(words.size())};
  out_.expected_returns.insert(out_.expected_returns.end(), words.begin(),
                               words.end());
  return range;
}

ExpectedReturn Compiler::OneReturn(const Cursor<proto::Return>& word) {
  ExpectedReturn expected;
  expected.br = static_cast<uint32_t>(word->br());
  expected.has_ptr = word->has_ptr();
  expected.ptr = word->ptr();
  expected.has_cookie = word->has_cookie();
  expected.cookie = word->cookie();
  expected.has_code = word->has_code();
  expected.code = word->code();
  if (word->has_is_frozen()) {
    if (word->br() != proto::BR_FROZEN_BINDER) {
      errors_.Add(word.At("is_frozen"),
                  "only BR_FROZEN_BINDER says whether a process is frozen; "
                  "remove is_frozen");
    }
    expected.has_code = true;
    expected.code = word->is_frozen() ? 1 : 0;
  }
  expected.has_flags = word->has_flags();
  expected.flags = word->flags();
  expected.has_data_size = word->has_data_size();
  expected.data_size = word->data_size();
  expected.has_offsets_size = word->has_offsets_size();
  expected.offsets_size = word->offsets_size();
  expected.has_sender_euid = word->has_sender_euid();
  expected.sender_euid = word->sender_euid();
  expected.has_security_context = word->has_security_context();
  expected.security_context = word->security_context();
  expected.has_sender = word->has_sender();
  if (word->has_sender() && !word->sender().empty()) {
    expected.sender = ProcessNumber(word->sender(), word.At("sender"));
  }
  const bool payload =
      word->br() == proto::BR_TRANSACTION || word->br() == proto::BR_REPLY;
  if (word->bind_size() != 0 && !payload) {
    errors_.Add(word.At("bind", 0),
                "only BR_TRANSACTION and BR_REPLY carry a payload to bind "
                "from; remove bind");
  }
  expected.binds = Binds(word);
  return expected;
}

BindSpec Compiler::OneBind(const Cursor<proto::Bind>& bind) {
  BindSpec spec;
  spec.place = bind.place();
  spec.kind = KindOf(*bind);
  spec.object = bind->has_fd() ? bind->fd().object() : uint32_t{bind->object()};
  spec.index = bind->fd().index();
  if (bind->acquire()) spec.keep = Keep::kAcquire;
  if (bind->what_case() == proto::Bind::WHAT_NOT_SET) {
    errors_.Add(bind.place(),
                "the bind does not say what to remember; add object: 0 (the "
                "handle in the first object of the payload), fd {} (the "
                "descriptor in it) or buffer {}");
  }
  if (spec.kind != VariableKind::kHandle && bind->acquire()) {
    errors_.Add(bind.At("acquire"),
                "only a handle has references to acquire; remove acquire");
  }
  if (bind->name().empty()) return spec;
  spec.variable = Variable(bind->name(), spec.kind, bind.At("name"));
  return spec;
}

}  // namespace bindery::sim
