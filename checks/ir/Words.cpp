//===- Words.cpp - The words of the text form -----------------------------===//

#include "checks/ir/Words.h"

#include "llvm/ADT/StringMap.h"

#include <cassert>

namespace runnel::ir {

namespace {

constexpr OpWords Ops[] = {
    {"lock", Op::Lock, "other"},
    {"unlock", Op::Unlock, "other"},
    {"guard.begin", Op::GuardBegin, "other"},
    {"guard.lock", Op::GuardLock, "other"},
    {"guard.unlock", Op::GuardUnlock, "other"},
    {"guard.release", Op::GuardRelease, "other"},
    {"guard.move", Op::GuardMove, "from"},
    {"guard.swap", Op::GuardSwap, "with"},
    {"guard.end", Op::GuardEnd, "other"},
    {"wait", Op::Wait, "with"},
    {"notify", Op::Notify, "other"},
    {"call", Op::Call, "other", OpWords::AsCall, true},
    {"block", Op::Block, "other", OpWords::AsCall, true},
    {"closure", Op::Closure, "other", OpWords::Plain, true},
    {"declare", Op::Declare, "other"},
    {"scope.end", Op::ScopeEnd, "other"},
    {"access", Op::Access, "other"},
    {"assign", Op::Assign, "other"},
    {"escape", Op::Escape, "into", OpWords::AsEscape},
    {"new", Op::New, "other"},
    {"delete", Op::Delete, "other"},
    {"spawn", Op::Spawn, "other", OpWords::AsSpawn, true},
    {"join", Op::Join, "other"},
    {"detach", Op::Detach, "other"},
    {"suspend", Op::Suspend, "other"},
    {"count.add", Op::CountAdd, "other"},
    {"count.done", Op::CountDone, "other"},
    {"count.wait", Op::CountWait, "other"},
    {"once.call", Op::OnceCall, "other"},
    {"promise.set", Op::PromiseSet, "other"},
    {"make.channel", Op::MakeChannel, "receiver"},
    {"send", Op::Send, "other"},
    {"recv", Op::Recv, "to"},
    {"close", Op::Close, "other"},
    {"select", Op::Select, "other"},
    {"make.context", Op::MakeContext, "source"},
    {"cancel", Op::Cancel, "other"},
    {"make.timer", Op::MakeTimer, "other"},
    {"stop.timer", Op::StopTimer, "other"},
    {"return", Op::Return, "other"},
    {"throw", Op::Throw, "other"},
};

template <typename E> constexpr Word word(llvm::StringLiteral Text, E Value) {
  return {Text, static_cast<uint32_t>(Value)};
}

constexpr Word Roles[] = {
    word("lock", Role::Lock),
    word("guard", Role::Guard),
    word("condvar", Role::CondVar),
    word("synchronized", Role::Synchronized),
    word("once", Role::Once),
    word("semaphore", Role::Semaphore),
    word("latch", Role::Latch),
    word("barrier", Role::Barrier),
    word("atomic", Role::Atomic),
    word("thread", Role::Thread),
    word("joining-thread", Role::JoiningThread),
    word("thread-pool", Role::ThreadPool),
    word("group", Role::Group),
    word("wait-group", Role::WaitGroup),
    word("future", Role::Future),
    word("promise", Role::Promise),
    word("stop-token", Role::StopToken),
    word("stop-source", Role::StopSource),
    word("channel", Role::Channel),
    word("sender", Role::Sender),
    word("receiver", Role::Receiver),
    word("select-case", Role::SelectCase),
    word("context", Role::Context),
    word("cancel-source", Role::CancelSource),
    word("timer", Role::Timer),
    word("ticker", Role::Ticker),
    word("function", Role::Function),
    word("closure", Role::Closure),
    word("container", Role::Container),
    word("view", Role::View),
    word("owning-pointer", Role::OwningPointer),
    word("shared-pointer", Role::SharedPointer),
    word("weak-pointer", Role::WeakPointer),
    word("optional", Role::Optional),
    word("duration", Role::Duration),
};

constexpr Word Traits[] = {
    {"recursive", Recursive},
    {"shared-mode", SharedMode},
    {"timed", Timed},
    {"fiber-aware", FiberAware},
    {"spin", Spin},
    {"movable", Movable},
    {"multi-lock", MultiLock},
    {"holds-value", HoldsValue},
    {"lock-wrapper", LockWrapper},
    {"user-defined", UserDefined},
    {"bounded-by-type", BoundedByType},
    {"signal-only", SignalOnly},
};

constexpr Word Accesses[] = {
    word("public", Access::Public),
    word("protected", Access::Protected),
    word("private", Access::Private),
    word("no-access", Access::None),
};

// ValueKnown has no word: `value N` says it.
constexpr Word Flags[] = {
    {"shared", Shared},
    {"try", Try},
    {"timeout", WithTimeout},
    {"avoiding", Avoiding},
    {"adopt", Adopt},
    {"defer", Defer},
    {"unnamed", Unnamed},
    {"predicate", Predicate},
    {"all", All},
    {"may-throw", MayThrow},
    {"read", Read},
    {"write", Write},
    {"address-taken", AddressTaken},
    {"atomic-access", AtomicAccess},
    {"moved", Moved},
    {"by-reference", ByReference},
    {"if-joinable", IfJoinable},
    {"ranged", Ranged},
    {"implicit", Implicit},
    {"in-predicate", InPredicate},
    {"system", SystemCallee},
};

constexpr Word CallKinds[] = {
    word("direct", CallKind::Direct), word("virtual", CallKind::Virtual),
    word("pointer", CallKind::Pointer), word("function", CallKind::Function),
    word("unresolved", CallKind::Unknown)};
constexpr Word SpawnKinds[] = {word("thread", SpawnKind::Thread),
                               word("joining-thread", SpawnKind::JoiningThread),
                               word("async", SpawnKind::Async),
                               word("goroutine", SpawnKind::Goroutine),
                               word("pool", SpawnKind::Pool),
                               word("callback", SpawnKind::Callback)};
constexpr Word EscapeKinds[] = {word("returned", EscapeKind::Returned),
                                word("stored", EscapeKind::Stored),
                                word("passed", EscapeKind::Passed)};
constexpr Word Conditions[] = {
    word("opaque", Condition::Opaque),     word("owns", Condition::Owns),
    word("truth", Condition::Truth),       word("compare", Condition::Compare),
    word("received", Condition::Received), word("won", Condition::SelectWon),
    word("constant", Condition::Constant)};
constexpr Word Orders[] = {
    word("==", Condition::EQ), word("!=", Condition::NE),
    word("<", Condition::LT),  word("<=", Condition::LE),
    word(">", Condition::GT),  word(">=", Condition::GE)};
constexpr Word Terminators[] = {word("goto", Terminator::None),
                                word("if", Terminator::If),
                                word("switch", Terminator::Switch),
                                word("while", Terminator::While),
                                word("do", Terminator::Do),
                                word("for", Terminator::For),
                                word("range-for", Terminator::RangeFor),
                                word("indirect", Terminator::Goto),
                                word("try", Terminator::Try)};
constexpr Word SelectCases[] = {
    word("recv", SelectCase::Recv), word("send", SelectCase::Send),
    word("timeout", SelectCase::Timeout),
    word("otherwise", SelectCase::Otherwise), word("any", SelectCase::Unknown)};
constexpr Word Contracts[] = {word("requires", LockContract::Requires),
                              word("acquires", LockContract::Acquires),
                              word("releases", LockContract::Releases),
                              word("excludes", LockContract::Excludes),
                              word("try-acquires", LockContract::TryAcquires),
                              word("returns", LockContract::Returns)};
constexpr Word Suppressions[] = {
    word("line", Suppression::Line), word("next-line", Suppression::NextLine),
    word("region", Suppression::Region), word("allow", Suppression::Allow)};
constexpr Word Places[] = {
    word("this", Place::This),       word("param", Place::Param),
    word("local", Place::Local),     word("global", Place::Global),
    word("capture", Place::Capture), word("result", Place::Result),
    word("unknown", Place::Unknown)};

constexpr Flag<TypeRef> TypeFlags[] = {
    {"pointer", &TypeRef::Pointer},   {"reference", &TypeRef::Reference},
    {"rvalue", &TypeRef::RValue},     {"const", &TypeRef::Const},
    {"volatile", &TypeRef::Volatile}, {"array", &TypeRef::Array},
    {"scalar", &TypeRef::Scalar}};
constexpr Flag<Field> FieldFlags[] = {{"static", &Field::Static},
                                      {"mutable", &Field::Mutable},
                                      {"thread-local", &Field::ThreadLocal},
                                      {"initialised", &Field::Initialised}};
constexpr Flag<Record> RecordFlags[] = {
    {"struct", &Record::Struct},       {"aggregate", &Record::Aggregate},
    {"behaviour", &Record::Behaviour}, {"polymorphic", &Record::Polymorphic},
    {"final", &Record::Final},         {"lambda", &Record::Lambda},
    {"local", &Record::Local},         {"internal", &Record::Internal},
    {"template", &Record::Template},   {"system", &Record::System},
    {"in-header", &Record::InHeader}};
constexpr Flag<Global> GlobalFlags[] = {
    {"internal", &Global::Internal},
    {"thread-local", &Global::ThreadLocal},
    {"function-local", &Global::FunctionLocal},
    {"in-header", &Global::InHeader},
    {"system", &Global::System},
    {"defined", &Global::Defined}};
constexpr Flag<Function> FunctionFlags[] = {
    {"constructor", &Function::Constructor},
    {"destructor", &Function::Destructor},
    {"static", &Function::Static},
    {"const", &Function::Const},
    {"virtual", &Function::Virtual},
    {"final", &Function::Final},
    {"operator", &Function::Operator},
    {"assignment", &Function::Assignment},
    {"noexcept", &Function::NoExcept},
    {"noreturn", &Function::NoReturn},
    {"coroutine", &Function::Coroutine},
    {"lambda", &Function::Lambda},
    {"mutable", &Function::Mutable},
    {"template", &Function::Template},
    {"internal", &Function::Internal},
    {"in-header", &Function::InHeader},
    {"system", &Function::System},
    {"implicit", &Function::Implicit},
    {"main", &Function::Main},
    {"incomplete", &Function::Incomplete},
    {"blocking", &Function::Blocking},
    {"suspends", &Function::Suspends},
    {"noescape", &Function::NoEscape},
    {"offloads", &Function::Offloads},
    {"hosts", &Function::Hosts},
    {"thread-memory", &Function::ThreadMemory},
    {"thread-identity", &Function::ThreadIdentity},
    {"deep-stack", &Function::DeepStack},
    {"takes-handler", &Function::TakesHandler}};
constexpr Flag<Capture> CaptureFlags[] = {
    {"by-reference", &Capture::ByReference},
    {"this", &Capture::IsThis},
    {"implicit", &Capture::Implicit}};

} // namespace

const OpWords &opWords(Op O) {
  const OpWords &W = Ops[static_cast<size_t>(O)];
  assert(W.What == O && "the table stands in the order of the enumeration");
  return W;
}

const OpWords *findOp(llvm::StringRef Mnemonic) {
  static const auto &Index = *[] {
    auto *M = new llvm::StringMap<const OpWords *>;
    for (const OpWords &W : Ops)
      M->insert({W.Mnemonic, &W});
    return M;
  }();
  return Index.lookup(Mnemonic);
}

llvm::ArrayRef<Word> roleWords() { return Roles; }
llvm::ArrayRef<Word> traitWords() { return Traits; }
llvm::ArrayRef<Word> accessWords() { return Accesses; }
llvm::ArrayRef<Word> flagWords() { return Flags; }
llvm::ArrayRef<Word> callKindWords() { return CallKinds; }
llvm::ArrayRef<Word> spawnKindWords() { return SpawnKinds; }
llvm::ArrayRef<Word> escapeKindWords() { return EscapeKinds; }
llvm::ArrayRef<Word> conditionWords() { return Conditions; }
llvm::ArrayRef<Word> orderWords() { return Orders; }
llvm::ArrayRef<Word> terminatorWords() { return Terminators; }
llvm::ArrayRef<Word> selectCaseWords() { return SelectCases; }
llvm::ArrayRef<Word> contractWords() { return Contracts; }
llvm::ArrayRef<Word> suppressionWords() { return Suppressions; }
llvm::ArrayRef<Word> placeWords() { return Places; }

llvm::ArrayRef<Flag<TypeRef>> typeFlags() { return TypeFlags; }
llvm::ArrayRef<Flag<Field>> fieldFlags() { return FieldFlags; }
llvm::ArrayRef<Flag<Record>> recordFlags() { return RecordFlags; }
llvm::ArrayRef<Flag<Global>> globalFlags() { return GlobalFlags; }
llvm::ArrayRef<Flag<Function>> functionFlags() { return FunctionFlags; }
llvm::ArrayRef<Flag<Capture>> captureFlags() { return CaptureFlags; }

llvm::StringRef wordFor(llvm::ArrayRef<Word> Words, uint32_t Value) {
  for (const Word &W : Words)
    if (W.Value == Value)
      return W.Text;
  return {};
}

std::optional<uint32_t> valueOf(llvm::ArrayRef<Word> Words,
                                llvm::StringRef Text) {
  for (const Word &W : Words)
    if (W.Text == Text)
      return W.Value;
  return std::nullopt;
}

} // namespace runnel::ir
