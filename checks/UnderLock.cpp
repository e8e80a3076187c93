//===- UnderLock.cpp - What happens while a lock is held ------------------===//

#include "checks/UnderLock.h"

#include "checks/Narrow.h"
#include "checks/analysis/BeforeThreads.h"
#include "checks/analysis/Goroutines.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <map>

namespace runnel::scope {

using namespace analysis;
using ir::Function;
using ir::Place;

static constexpr unsigned MaxOthers = 4;
static constexpr unsigned MaxCalls = 6;

bool isContended(const Function &F, const HeldLocks &Locks, const Hold &H) {
  const Place P = normalized(F, Locks.lock(H.Lock));
  if ((F.Constructor || F.Destructor) && P.Root == Place::This)
    return false;
  return Locks.classOf(H.Lock).How != LockClass::Local;
}

bool isThreadLock(const Place &Lock) {
  const bool Owned = Lock.Type.ElementIs == ir::Role::Lock &&
                     (Lock.Type.Is == ir::Role::OwningPointer ||
                      Lock.Type.Is == ir::Role::SharedPointer ||
                      Lock.Type.Is == ir::Role::Optional);
  return (Lock.Type.Is == ir::Role::Lock || Owned) &&
         !Lock.Type.has(ir::FiberAware) && !Lock.Type.has(ir::UserDefined);
}

bool isForFiberThreadLock(const Facts &F, const UnderLock &U) {
  return F.goroutines().runs(*U.In) && mayLeaveThread(U.What) &&
         isThreadLock(F.held(*U.In).lock(U.Held.Lock));
}

/// The lock of an object that joins a thread in its destructor.
static bool isOwnWhereJoined(const Function &F, const HeldLocks &Locks,
                             const Hold &H, const Effect &E) {
  return F.Destructor && E.What == Effect::Join &&
         normalized(F, Locks.lock(H.Lock)).Root == Place::This;
}

/// The outermost lock that is held when \p E happens, or null.
static const Hold *outermost(const Summaries &S, const Function &F,
                             const LockState &State, const Effect &E,
                             llvm::function_ref<bool(const Place &)> Counts) {
  const Hold *Best = nullptr;
  for (const Hold &H : State.Holds)
    if (H.sure() && H.here() && H.At.valid() &&
        (isContended(F, S.held(F), H) ||
         isOwnWhereJoined(F, S.held(F), H, E)) &&
        Counts(S.held(F).lock(H.Lock)) && S.stillHeld(F, State, H, E) &&
        (!Best || H.At < Best->At))
      Best = &H;
  return Best;
}

std::vector<Group>
effectsUnderLocks(const Facts &Facts, llvm::ArrayRef<Effect::Kind> Kinds,
                  llvm::function_ref<bool(const UnderLock &)> Wanted,
                  llvm::function_ref<bool(const Place &)> Counts) {
  const Summaries &S = Facts.summaries();
  const BeforeThreads &Alone = Facts.beforeThreads();
  std::vector<Group> Groups;
  for (const Function *F : Facts.callGraph().functions()) {
    const HeldLocks &H = S.held(*F);
    if (H.trivial() || F->System || F->Implicit || Alone.function(*F))
      continue;
    std::map<Point, Group> Sections;
    H.walk([&](Point At, const ir::Event &E, const LockState &Before) {
      if (!Before.anyHere() || E.has(ir::InPredicate) || Alone.event(*F, At))
        return;
      for (Effect &Effect : S.effectsAt(*F, At)) {
        if (!llvm::is_contained(Kinds, Effect.What) || !Effect.Sure)
          continue;
        const Hold *Held = outermost(S, *F, Before, Effect, Counts);
        if (!Held)
          continue;
        UnderLock U{F, *Held, At, std::move(Effect)};
        // The nearest reason is enough for one event.
        Group &Section = Sections[Held->At];
        if ((Section.empty() || Section.back().At != At) && Wanted(U))
          Section.push_back(std::move(U));
      }
    });
    for (auto &[Begin, Section] : Sections) {
      llvm::sort(Section, [](const UnderLock &A, const UnderLock &B) {
        return A.At < B.At;
      });
      if (!Section.empty())
        Groups.push_back(std::move(Section));
    }
  }
  return Groups;
}

std::string lockName(const Function &F, const Place &Lock) {
  std::string Name = pretty(F, Lock);
  return Name == "an object" ? "a lock" : "'" + Name + "'";
}

std::string lockName(const Facts &F, const UnderLock &U) {
  return lockName(*U.In, F.held(*U.In).lock(U.Held.Lock));
}

std::string lockKey(const Facts &F, const UnderLock &U) {
  const LockClass &Class = F.held(*U.In).classOf(U.Held.Lock);
  // A lock that has no name of its own is its function's affair.
  return Class.known() ? std::to_string(Class.How) + Class.Symbol.str().str() +
                             (Class.Element ? "[]" : "")
                       : U.In->Symbol.str().str();
}

std::string functionName(const ir::Program &P, const Function &F) {
  if (F.Lambda) {
    const Function *Parent = F.Parent ? P.function(F.Parent) : nullptr;
    return Parent ? "a lambda in " + functionName(P, *Parent) : "a lambda";
  }
  return "'" + F.Id.str().str() + "'";
}

std::string calleeName(const ir::Program &P, const Effect &E) {
  if (const Function *F = E.Callee ? P.function(E.Callee) : nullptr)
    return "'" + F->Id.str().str() + "'";
  llvm::StringRef Name = E.Callee ? E.Callee.str() : E.Text.str();
  return "'" + Name.str() + "'";
}

Finding startFinding(const Facts &Facts, const Group &G, llvm::StringRef Check,
                     std::string Message, llvm::StringRef Last,
                     llvm::StringRef Other) {
  const ir::Program &P = Facts.program();
  const UnderLock &First = G.front();
  const Function &F = *First.In;
  Finding Found;
  Found.Check = Check;
  Found.Where = rangeAt(F, First.At);
  Found.Message = std::move(Message);
  const HeldLocks &H = Facts.held(F);
  const LockClass &Class = H.classOf(First.Held.Lock);
  Found.Symbol = Class.known() ? className(P, Class) : F.Id.str().str();
  Found.Notes.push_back(
      {rangeAt(F, First.Held.At), lockName(Facts, First) + " is locked here"});
  const std::vector<TraceStep> Steps = Facts.summaries().trace(F, First.What);
  for (size_t I = 1; I < Steps.size() && I < MaxCalls; ++I) {
    const std::string In = functionName(P, *Steps[I].In);
    Found.Notes.push_back(
        {Steps[I].Where,
         Steps[I].Calls
             ? In + " calls " + functionName(P, *Steps[I].Calls) + " here"
             : In + " " + Last.str() + " here"});
  }
  unsigned Others = 0;
  for (const UnderLock &U : llvm::drop_begin(G)) {
    if (++Others > MaxOthers)
      continue;
    Found.Notes.push_back(
        {rangeAt(F, U.At), calleeName(P, U.What) + " " + Other.str()});
  }
  if (Others > MaxOthers)
    Found.Notes.back().Message +=
        ", and so do " + std::to_string(Others - MaxOthers) + " more";
  return Found;
}

Finding tellOf(const Facts &Facts, const Group &G, llvm::StringRef Check,
               std::string Message, llvm::StringRef Last,
               llvm::function_ref<std::string(const UnderLock &)> More,
               std::string Advice) {
  const Function &In = *G.front().In;
  Finding Found = startFinding(Facts, G, Check, std::move(Message), Last, "");
  for (size_t I = 1; I < G.size() && I < Found.Notes.size(); ++I)
    if (Found.Notes[I].Where == rangeAt(In, G[I].At))
      Found.Notes[I].Message = More(G[I]);
  advise(Found, G, std::move(Advice));
  if (std::optional<Fix> Earlier =
          narrow(Facts, In, G.front().Held.At, pointsOf(G)))
    Found.Fixes.push_back(std::move(*Earlier));
  return Found;
}

std::vector<Point> pointsOf(const Group &G) {
  std::vector<Point> Points;
  for (const UnderLock &U : G)
    Points.push_back(U.At);
  return Points;
}

void advise(Finding &F, const Group &G, std::string What) {
  F.Notes.push_back(
      {rangeAt(*G.front().In, G.front().Held.At), std::move(What)});
}

std::vector<std::string> wordsOf(llvm::StringRef Identifier) {
  std::vector<std::string> Words(1);
  for (size_t I = 0; I < Identifier.size(); ++I) {
    const char C = Identifier[I];
    const bool Upper = C >= 'A' && C <= 'Z';
    const bool Starts =
        Upper && I > 0 &&
        (!llvm::isUpper(Identifier[I - 1]) ||
         (I + 1 < Identifier.size() && llvm::isLower(Identifier[I + 1])));
    if ((!llvm::isAlpha(C) || Starts) && !Words.back().empty())
      Words.emplace_back();
    if (llvm::isAlpha(C))
      Words.back() += llvm::toLower(C);
  }
  if (Words.back().empty())
    Words.pop_back();
  return Words;
}

bool isDiagnostic(const ir::Program &P, const Function &F) {
  if (F.Lambda) {
    const Function *Parent = F.Parent ? P.function(F.Parent) : nullptr;
    return Parent && isDiagnostic(P, *Parent);
  }
  static const llvm::StringRef Known[] = {
      "log",   "logf",   "logs",      "logger",  "logging", "logline",
      "trace", "debug",  "warn",      "warning", "print",   "printf",
      "dump",  "assert", "panic",     "fatal",   "syslog",  "vlog",
      "dlog",  "perror", "assertion", "abort"};
  // The function's own name and its class's.
  const auto [Outer, Own] = F.Id.str().rsplit("::");
  const std::string Near = Own.empty() ? Outer.str()
                           : Outer.rsplit("::").second.empty()
                               ? F.Id.str().str()
                               : (Outer.rsplit("::").second + " " + Own).str();
  return llvm::any_of(wordsOf(Near), [](const std::string &Word) {
    return llvm::is_contained(Known, llvm::StringRef(Word));
  });
}

} // namespace runnel::scope
