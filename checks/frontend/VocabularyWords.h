//===- VocabularyWords.h - The words of the vocabulary's YAML ---*- C++ -*-===//
//
// Every word a vocabulary file may use, with what it means. The parser, its
// suggestions and its errors all read these tables.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_FRONTEND_VOCABULARYWORDS_H
#define RUNNEL_CHECKS_FRONTEND_VOCABULARYWORDS_H

#include "checks/frontend/Vocabulary.h"

#include "llvm/ADT/ArrayRef.h"

namespace runnel::frontend {

template <typename T> struct Word {
  const char *Text;
  T Value;
};

inline constexpr Word<Verb> VerbWords[] = {
    {"lock", Verb::Lock},
    {"unlock", Verb::Unlock},
    {"owns", Verb::Owns},
    {"guard-lock", Verb::GuardLock},
    {"guard-unlock", Verb::GuardUnlock},
    {"guard-release", Verb::GuardRelease},
    {"guard-make", Verb::GuardMake},
    {"swap", Verb::Swap},
    {"wait", Verb::Wait},
    {"notify", Verb::Notify},
    {"block", Verb::Block},
    {"suspend", Verb::Suspend},
    {"spawn", Verb::Spawn},
    {"join", Verb::Join},
    {"joinable", Verb::Joinable},
    {"detach", Verb::Detach},
    {"count-add", Verb::CountAdd},
    {"count-done", Verb::CountDone},
    {"count-wait", Verb::CountWait},
    {"once", Verb::Once},
    {"promise-set", Verb::PromiseSet},
    {"make-channel", Verb::MakeChannel},
    {"send", Verb::Send},
    {"recv", Verb::Recv},
    {"close", Verb::Close},
    {"select", Verb::Select},
    {"case", Verb::Case},
    {"index", Verb::Index},
    {"make-context", Verb::MakeContext},
    {"cancel", Verb::Cancel},
    {"make-timer", Verb::MakeTimer},
    {"stop-timer", Verb::StopTimer},
    {"identity", Verb::Identity},
    {"now", Verb::Now},
    {"later", Verb::Later},
    {"reader", Verb::Reader},
    {"element", Verb::Element},
    {"view", Verb::View},
    {"emplace", Verb::Emplace},
    {"reset", Verb::Reset},
    {"load", Verb::Load},
    {"store", Verb::Store},
    {"modify", Verb::Modify},
    {"offload", Verb::Offload},
    {"host", Verb::Host},
    {"thread-memory", Verb::ThreadMemory},
    {"thread-identity", Verb::ThreadIdentity},
    {"deep-stack", Verb::DeepStack},
    {"handler", Verb::Handler},
    {"plain", Verb::Plain},
};

inline constexpr Word<uint32_t> FlagWords[] = {
    {"shared", ir::Shared},
    {"try", ir::Try},
    {"timed", ir::WithTimeout},
    {"avoiding", ir::Avoiding},
    {"all", ir::All},
    {"adopt", ir::Adopt},
    {"defer", ir::Defer},
    {"predicate", ir::Predicate},
    {"if-joinable", ir::IfJoinable},
};

inline constexpr Word<ir::SpawnKind> SpawnWords[] = {
    {"thread", ir::SpawnKind::Thread},
    {"joining-thread", ir::SpawnKind::JoiningThread},
    {"async", ir::SpawnKind::Async},
    {"goroutine", ir::SpawnKind::Goroutine},
    {"pool", ir::SpawnKind::Pool},
    {"callback", ir::SpawnKind::Callback},
};

/// `block KIND`, `make-timer KIND`, `suspend KIND`.
inline constexpr Word<Verb> KindWords[] = {
    {"sleep", Verb::Block},      {"file", Verb::Block},
    {"network", Verb::Block},    {"process", Verb::Block},
    {"join", Verb::Block},       {"lock", Verb::Block},
    {"user", Verb::Block},       {"after", Verb::MakeTimer},
    {"timer", Verb::MakeTimer},  {"ticker", Verb::MakeTimer},
    {"yield", Verb::Suspend},    {"sleep", Verb::Suspend},
    {"co_await", Verb::Suspend}, {"co_yield", Verb::Suspend},
};

inline constexpr Word<ir::SelectCase::Kind> CaseWords[] = {
    {"recv", ir::SelectCase::Recv},
    {"send", ir::SelectCase::Send},
    {"timeout", ir::SelectCase::Timeout},
    {"otherwise", ir::SelectCase::Otherwise},
};

inline constexpr Word<ir::Role> RoleWords[] = {
    {"data", ir::Role::Data},
    {"lock", ir::Role::Lock},
    {"guard", ir::Role::Guard},
    {"condition-variable", ir::Role::CondVar},
    {"synchronized", ir::Role::Synchronized},
    {"once", ir::Role::Once},
    {"semaphore", ir::Role::Semaphore},
    {"latch", ir::Role::Latch},
    {"barrier", ir::Role::Barrier},
    {"atomic", ir::Role::Atomic},
    {"thread", ir::Role::Thread},
    {"joining-thread", ir::Role::JoiningThread},
    {"thread-pool", ir::Role::ThreadPool},
    {"group", ir::Role::Group},
    {"wait-group", ir::Role::WaitGroup},
    {"future", ir::Role::Future},
    {"promise", ir::Role::Promise},
    {"stop-token", ir::Role::StopToken},
    {"stop-source", ir::Role::StopSource},
    {"channel", ir::Role::Channel},
    {"sender", ir::Role::Sender},
    {"receiver", ir::Role::Receiver},
    {"select-case", ir::Role::SelectCase},
    {"context", ir::Role::Context},
    {"cancel-source", ir::Role::CancelSource},
    {"timer", ir::Role::Timer},
    {"ticker", ir::Role::Ticker},
    {"function", ir::Role::Function},
    {"container", ir::Role::Container},
    {"view", ir::Role::View},
    {"owning-pointer", ir::Role::OwningPointer},
    {"shared-pointer", ir::Role::SharedPointer},
    {"weak-pointer", ir::Role::WeakPointer},
    {"optional", ir::Role::Optional},
    {"duration", ir::Role::Duration},
};

inline constexpr Word<uint32_t> TraitWords[] = {
    {"recursive", ir::Recursive},
    {"shared", ir::SharedMode},
    {"timed", ir::Timed},
    {"fiber-aware", ir::FiberAware},
    {"spin", ir::Spin},
    {"movable", ir::Movable},
    {"multi-lock", ir::MultiLock},
    {"holds-value", ir::HoldsValue},
    {"bounded", ir::BoundedByType},
    {"signal", ir::SignalOnly},
};

/// `tag:` of a type that is passed to a guard's constructor.
inline constexpr Word<uint32_t> TagWords[] = {
    {"adopt", ir::Adopt},
    {"defer", ir::Defer},
    {"try", ir::Try},
};

template <typename T>
const Word<T> *findWord(llvm::ArrayRef<Word<T>> Words, llvm::StringRef Text) {
  for (const Word<T> &W : Words)
    if (Text == W.Text)
      return &W;
  return nullptr;
}

} // namespace runnel::frontend

#endif
