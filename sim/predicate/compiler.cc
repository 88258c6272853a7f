#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sim/predicate/lexer.h"
#include "sim/predicate/predicate.h"
#include "sim/predicate/schema.h"
#include "sim/world/value_text.h"

namespace bindery::sim {
namespace {

using Op = Predicate::Op;

constexpr int kMaxDepth = 64;

// What an expression yields.
enum class Type : uint8_t { kNumber, kBool, kReference, kName, kString };

struct Value {
  int32_t node = -1;
  Type type = Type::kNumber;
  FieldKind names = FieldKind::kNumber;  // kName: of what
  absl::string_view text;                // kString
  size_t column = 1;
};

std::string Describe(const Value& value) {
  switch (value.type) {
    case Type::kNumber:
      return "a number";
    case Type::kBool:
      return "a condition";
    case Type::kReference:
      return "a reference to a row";
    case Type::kName:
      return "a name";
    case Type::kString:
      return "a string";
  }
  return "";
}

template <typename Enum>
std::optional<int64_t> EnumNumber(absl::string_view name, int last,
                                  std::vector<std::string>* known) {
  for (int i = 0; i <= last; ++i) {
    const std::string text = ValueText(static_cast<Enum>(i));
    if (text == name) return i;
    if (!text.empty()) known->push_back(text);
  }
  return std::nullopt;
}

// The number of a name; `known` lists the names if they are a fixed set.
std::optional<int64_t> NumberOf(const NameNumbers& names, FieldKind kind,
                                absl::string_view name,
                                std::vector<std::string>* known) {
  switch (kind) {
    case FieldKind::kProcessName:
      return names.Process(name);
    case FieldKind::kTaskName:
      return names.Task(name);
    case FieldKind::kDeviceName:
      return names.Device(name);
    case FieldKind::kTaskState:
      return EnumNumber<TaskState>(name, static_cast<int>(TaskState::kFailed),
                                   known);
    case FieldKind::kActivationKind:
      return EnumNumber<ActivationKind>(
          name, static_cast<int>(ActivationKind::kRepeat), known);
    default:
      return EnumNumber<WorkType>(
          name, static_cast<int>(WorkType::kClearFreezeNotification), known);
  }
}

std::string FieldNames(const TableSchema& table) {
  return absl::StrJoin(table.fields, ", ",
                       [](std::string* out, const FieldSchema& field) {
                         out->append(field.name);
                       });
}

std::string TableNames() {
  return absl::StrJoin(Schema(), ", ",
                       [](std::string* out, const TableSchema& table) {
                         out->append(table.name);
                       });
}

}  // namespace

// Recursive descent; the first error wins and every function then returns
// quickly.
class PredicateCompiler {
 public:
  PredicateCompiler(std::vector<Token> tokens, const NameNumbers& names)
      : tokens_(std::move(tokens)), names_(names) {}

  absl::StatusOr<Predicate> Run() {
    const Value value = Or();
    p_.root_ = Condition(value);
    if (status_.ok() && Peek().kind != Token::Kind::kEnd) {
      Fail(Peek().column, absl::StrCat("\"", Peek().text,
                                       "\" is left over; expected an "
                                       "operator or the end"));
    }
    if (!status_.ok()) return status_;
    return std::move(p_);
  }

 private:
  // --- Tokens ---------------------------------------------------------------
  const Token& Peek() const { return tokens_[at_]; }
  bool Is(absl::string_view text) const {
    return (Peek().kind == Token::Kind::kWord ||
            Peek().kind == Token::Kind::kSymbol) &&
           Peek().text == text;
  }
  bool Take(absl::string_view text) {
    if (!status_.ok() || !Is(text)) return false;
    ++at_;
    return true;
  }
  void Expect(absl::string_view text) {
    if (Take(text)) return;
    Fail(Peek().column, absl::StrCat("expected \"", text, "\"", Found()));
  }
  std::string Found() const {
    if (Peek().kind == Token::Kind::kEnd) return " but the text ends";
    return absl::StrCat(" but found \"", Peek().text, "\"");
  }
  // A name; `what` says of what.
  Token Word(absl::string_view what) {
    const Token token = Peek();
    if (status_.ok() && token.kind == Token::Kind::kWord) {
      ++at_;
      return token;
    }
    Fail(token.column, absl::StrCat("expected ", what, Found()));
    return token;
  }
  void Fail(size_t column, const std::string& message) {
    if (status_.ok()) status_ = PredicateError(column, message);
  }

  // --- Nodes ----------------------------------------------------------------
  int32_t Add(const Predicate::Node& node) {
    p_.nodes_.push_back(node);
    return static_cast<int32_t>(p_.nodes_.size()) - 1;
  }
  int32_t Add(Op op, int32_t left, int32_t right) {
    Predicate::Node node{op};
    node.left = left;
    node.right = right;
    return Add(node);
  }
  Value Constant(int64_t number, Type type, size_t column) {
    Predicate::Node node{Op::kConstant};
    node.constant = number;
    return {Add(node), type, FieldKind::kNumber, {}, column};
  }
  int32_t Condition(const Value& value) {
    if (value.type == Type::kString || value.type == Type::kName) {
      Fail(value.column, absl::StrCat(Describe(value),
                                      " is no condition; compare it, as in "
                                      "name == \"server\""));
    }
    return value.node;
  }
  int32_t Number(const Value& value) {
    if (value.type != Type::kNumber) {
      Fail(value.column,
           absl::StrCat("expected a number but this is ", Describe(value)));
    }
    return value.node;
  }

  // --- Grammar --------------------------------------------------------------
  Value Or() {
    Value left = And();
    while (Take("or")) {
      const int32_t a = Condition(left);
      const int32_t b = Condition(And());
      left = {Add(Op::kOr, a, b), Type::kBool, {}, {}, left.column};
    }
    return left;
  }
  Value And() {
    Value left = Not();
    while (Take("and")) {
      const int32_t a = Condition(left);
      const int32_t b = Condition(Not());
      left = {Add(Op::kAnd, a, b), Type::kBool, {}, {}, left.column};
    }
    return left;
  }
  Value Not() {
    const size_t column = Peek().column;
    if (!Take("not")) return Compare();
    if (!Enter()) return {};
    const int32_t operand = Condition(Not());
    --depth_;
    return {Add(Op::kNot, operand, -1), Type::kBool, {}, {}, column};
  }
  Value Compare() {
    const Value left = Sum();
    static constexpr std::pair<const char*, Op> kOperators[] = {
        {"==", Op::kEqual},     {"!=", Op::kNotEqual}, {"<", Op::kLess},
        {"<=", Op::kLessEqual}, {">", Op::kLess},      {">=", Op::kLessEqual}};
    for (const auto& [text, op] : kOperators) {
      if (!Is(text)) continue;
      const Token token = Peek();
      ++at_;
      const Value right = Sum();
      const bool swapped = text[0] == '>';
      return swapped ? Comparison(op, token, right, left)
                     : Comparison(op, token, left, right);
    }
    return left;
  }
  Value Comparison(Op op, const Token& token, Value left, Value right) {
    if (!status_.ok()) return {};
    if (left.type == Type::kString) std::swap(left, right);
    if (right.type == Type::kString) right = Resolve(left, right);
    const bool equality = op == Op::kEqual || op == Op::kNotEqual;
    if (status_.ok() &&
        (left.type != right.type || left.names != right.names)) {
      Fail(token.column, absl::StrCat("cannot compare ", Describe(left),
                                      " with ", Describe(right)));
    } else if (status_.ok() && !equality && left.type != Type::kNumber) {
      Fail(token.column,
           absl::StrCat("only numbers have an order, and this is ",
                        Describe(left), "; use == or !="));
    }
    return {Add(op, left.node, right.node), Type::kBool, {}, {}, left.column};
  }
  // The string as the number of what `other` names.
  Value Resolve(const Value& other, const Value& string) {
    if (other.type != Type::kName) {
      Fail(string.column,
           absl::StrCat("a string is compared with a name, such as "
                        "process.name or state, and this is ",
                        Describe(other)));
      return {};
    }
    std::vector<std::string> known;
    const std::optional<int64_t> number =
        NumberOf(names_, other.names, string.text, &known);
    if (!number) {
      const std::string hint =
          known.empty()
              ? std::string("; the scenario declares no such name")
              : absl::StrCat("; it can be ", absl::StrJoin(known, ", "));
      Fail(string.column,
           absl::StrCat("unknown name \"", string.text, "\"", hint));
      return {};
    }
    Value value = Constant(*number, Type::kName, string.column);
    value.names = other.names;
    return value;
  }
  Value Sum() {
    Value left = Product();
    while (status_.ok() && (Is("+") || Is("-"))) {
      const Op op = Is("+") ? Op::kAdd : Op::kSubtract;
      ++at_;
      const int32_t a = Number(left);
      const int32_t b = Number(Product());
      left = {Add(op, a, b), Type::kNumber, {}, {}, left.column};
    }
    return left;
  }
  Value Product() {
    Value left = Factor();
    while (Take("*")) {
      const int32_t a = Number(left);
      const int32_t b = Number(Factor());
      left = {Add(Op::kMultiply, a, b), Type::kNumber, {}, {}, left.column};
    }
    return left;
  }
  bool Enter() {
    if (status_.ok() && ++depth_ <= kMaxDepth) return true;
    Fail(Peek().column, "nested too deeply; at most 64 levels");
    return false;
  }
  Value Factor() {
    if (!Enter()) return {};
    const Value value = Primary();
    --depth_;
    return value;
  }
  Value Primary() {
    const Token token = Peek();
    if (Take("(")) {
      const Value value = Or();
      Expect(")");
      return value;
    }
    if (Take("-")) {
      const int32_t operand = Number(Factor());
      return {
          Add(Op::kNegate, operand, -1), Type::kNumber, {}, {}, token.column};
    }
    if (token.kind == Token::Kind::kNumber) {
      ++at_;
      return Constant(static_cast<int64_t>(token.number), Type::kNumber,
                      token.column);
    }
    if (token.kind == Token::Kind::kString) {
      ++at_;
      return {-1, Type::kString, {}, token.text, token.column};
    }
    return Named(token);
  }
  Value Named(const Token& token) {
    if (Take("true")) return Constant(1, Type::kBool, token.column);
    if (Take("false")) return Constant(0, Type::kBool, token.column);
    if (Take("none")) return Constant(0, Type::kReference, token.column);
    if (token.kind == Token::Kind::kWord && tokens_[at_ + 1].text == "(") {
      if (Take("count")) return Rows(Op::kCount, token.column);
      if (Take("any")) return Rows(Op::kAny, token.column);
      if (Take("all")) return Rows(Op::kAll, token.column);
      if (Take("sum")) return Rows(Op::kSum, token.column);
      if (Take("size")) return Size(token.column);
      Fail(token.column, absl::StrCat("unknown function \"", token.text,
                                      "\"; there are count, any, all, sum and "
                                      "size"));
      return {};
    }
    if (token.kind == Token::Kind::kWord) return Path(Op::kField);
    Fail(token.column, absl::StrCat("expected a value", Found()));
    return {};
  }
  Value Rows(Op op, size_t column) {
    Expect("(");
    const Token name = Word("a table");
    if (!status_.ok()) return {};
    Predicate::Node node{op};
    const TableSchema* table = FindTable(name.text);
    if (table == nullptr) {
      Fail(name.column, absl::StrCat("unknown table \"", name.text,
                                     "\"; there are ", TableNames()));
      return {};
    }
    node.table = table->id;
    const TableSchema* const outer = std::exchange(row_, table);
    if (op == Op::kSum) {
      Expect(".");
      node.left = Number(Path(Op::kField));
    }
    if (op == Op::kAny || op == Op::kAll) {
      Expect("where");
      node.right = Condition(Or());
    } else if (Take("where")) {
      node.right = Condition(Or());
    }
    row_ = outer;
    Expect(")");
    const bool number = op == Op::kCount || op == Op::kSum;
    return {Add(node), number ? Type::kNumber : Type::kBool, {}, {}, column};
  }
  Value Size(size_t column) {
    Expect("(");
    Value value = Path(Op::kSize);
    Expect(")");
    value.column = column;
    return value;
  }

  // --- Paths ----------------------------------------------------------------
  const FieldSchema* FindField(const TableSchema& table, const Token& name) {
    if (!status_.ok()) return nullptr;
    const FieldSchema* field = table.Find(name.text);
    if (field == nullptr) {
      Fail(name.column,
           absl::StrCat("table ", table.name, " has no field \"", name.text,
                        "\"; it has ", FieldNames(table)));
    }
    return field;
  }
  Value Path(Op op) {
    const Token first = Word("a field");
    if (!status_.ok()) return {};
    if (row_ == nullptr) {
      Fail(first.column,
           absl::StrCat("\"", first.text,
                        "\" has no row to belong to; fields "
                        "stand inside count, any, all and sum, as in "
                        "any(node where has_strong_ref)"));
      return {};
    }
    Predicate::Node node{op};
    node.first_hop = static_cast<uint32_t>(p_.hops_.size());
    const TableSchema* table = row_;
    const FieldSchema* field = FindField(*table, first);
    while (field != nullptr && Take(".")) {
      if (field->target == TableId::kNone) {
        Fail(Peek().column,
             absl::StrCat("\"", field->name, "\" of table ", table->name,
                          " leads to no row of a known table, "
                          "so nothing can follow it"));
        return {};
      }
      p_.hops_.push_back({field->place.offset, field->target});
      table = &TableOf(field->target);
      field = FindField(*table, Word("a field"));
    }
    if (field == nullptr) return {};
    node.hop_count = static_cast<uint32_t>(p_.hops_.size()) - node.first_hop;
    return Leaf(node, *field, first.column);
  }
  Value Leaf(Predicate::Node node, const FieldSchema& field, size_t column) {
    const bool sized = field.kind == FieldKind::kSized;
    if (sized != (node.op == Op::kSize)) {
      Fail(column, sized ? absl::StrCat("\"", field.name,
                                        "\" is a list, set or payload; use "
                                        "size(",
                                        field.name, ")")
                         : absl::StrCat("\"", field.name,
                                        "\" has no size; size() is for lists, "
                                        "sets and payloads"));
      return {};
    }
    node.place = field.place;
    node.constant = field.is_blob ? 1 : 0;
    Value value{Add(node), Type::kNumber, {}, {}, column};
    if (field.kind == FieldKind::kReference) {
      value.type = Type::kReference;
    } else if (!sized && field.kind != FieldKind::kNumber) {
      value.type = Type::kName;
      value.names = field.kind;
    }
    return value;
  }

  std::vector<Token> tokens_;
  const NameNumbers& names_;
  size_t at_ = 0;
  int depth_ = 0;
  const TableSchema* row_ = nullptr;
  absl::Status status_;
  Predicate p_;
};

std::optional<uint32_t> NameNumbers::Process(absl::string_view) const {
  return std::nullopt;
}
std::optional<uint32_t> NameNumbers::Task(absl::string_view) const {
  return std::nullopt;
}
std::optional<uint32_t> NameNumbers::Device(absl::string_view) const {
  return std::nullopt;
}

absl::StatusOr<Predicate> Predicate::Compile(absl::string_view text,
                                             const NameNumbers& names) {
  absl::StatusOr<std::vector<Token>> tokens = Tokenize(text);
  if (!tokens.ok()) return tokens.status();
  return PredicateCompiler(*std::move(tokens), names).Run();
}

}  // namespace bindery::sim
