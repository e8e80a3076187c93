//===- lock-guarded-data-escape.cpp - Ways past the lock to its data ------===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/GuardedBy.h"
#include "checks/analysis/HeldLocks.h"
#include "checks/lock/Uses.h"

#include "llvm/ADT/STLExtras.h"

#include <map>

namespace runnel::lock {

using namespace ir;
using namespace analysis;

namespace {

/// Of the other accesses to a field, at least so many are under its lock.
constexpr unsigned MinPercent = 75;

class Pass {
public:
  explicit Pass(const Facts &Of) : Of(Of), P(Of.program()) {}

  std::vector<Finding> run() {
    for (const Function &F : P.module().Functions)
      if (isReachable(F))
        function(F);
    return std::move(Findings);
  }

private:
  bool isReachable(const Function &F) const;
  void function(const Function &F);
  bool isSafeItself(const TypeRef &T) const;
  const Field *guarded(const Place &At) const;
  const LockClass *guardOf(const Function &F, Name Data, bool LockedHere) const;

  const Facts &Of;
  const Program &P;
  std::vector<Finding> Findings;
  std::map<std::pair<Name, Name>, size_t> Told; ///< function, data -> finding
};

/// Foreign code calls it, and not with the lock held.
bool Pass::isReachable(const Function &F) const {
  if (!F.Defined || F.Lambda || F.Implicit || F.Constructor || F.Destructor ||
      F.Assignment ||
      (F.Visible != Access::Public && F.Visible != Access::Protected))
    return false;
  if (!F.Result.indirect() && F.Result.Is != Role::View)
    return false;
  // Callers have the lock, and say so.
  for (const LockContract &C : F.Contracts)
    if (C.What == LockContract::Requires || C.What == LockContract::Acquires)
      return false;
  for (const Variable &V : F.Params)
    if (V.Type.Is == Role::Guard)
      return false;
  const Record *R = P.record(F.Record);
  return R && !isHidden(P, *R);
}

/// What synchronises itself may be handed out.
bool Pass::isSafeItself(const TypeRef &T) const {
  if (T.Is != Role::Data && T.Is != Role::Container && T.Is != Role::Optional &&
      T.Is != Role::View)
    return true;
  const Record *R = P.record(T.Record);
  return R && llvm::any_of(R->Fields, [](const Field &F) {
           return F.Type.Is == Role::Lock || F.Type.Is == Role::Atomic ||
                  F.Type.Is == Role::Synchronized;
         });
}

/// The field of this object that \p At lies in, with everything on the way
/// owned by it.
const Field *Pass::guarded(const Place &At) const {
  if (At.Root != Place::This || At.Path.empty() ||
      At.Path[0].How != Step::Field)
    return nullptr;
  const Field *First = nullptr;
  for (const Step &S : At.Path) {
    if (S.How == Step::Index)
      continue;
    const Field *F = S.How == Step::Field ? P.field(S.Symbol) : nullptr;
    // What lies behind a pointer has its own rules.
    if (!F || F->Type.indirect() || F->Static || isSafeItself(F->Type))
      return nullptr;
    if (!First)
      First = F;
  }
  if (!First || First->Type.Const || At.Type.Pointer || isSafeItself(At.Type))
    return nullptr;
  // A container of pointers, or of things that lock themselves: of its elements
  // the lock says nothing.
  if (At.Path.back().How == Step::Index) {
    TypeRef Element;
    Element.Record = First->Type.Element;
    Element.Is = First->Type.ElementIs;
    if (At.Path.size() == 2 && isSafeItself(Element))
      return nullptr;
  }
  return First;
}

/// The lock under which the rest of the class uses \p Data.
const LockClass *Pass::guardOf(const Function &F, Name Data,
                               bool LockedHere) const {
  const Guarding *G = Of.guardedBy().of(Data);
  if (!G)
    return nullptr;
  if (G->Declared.known())
    return &G->Declared;
  if (G->Writes == 0 || G->Locks.empty())
    return nullptr; // nobody changes it
  const LockClass &Lock = G->Locks[0].Lock;
  unsigned All = 0, Under = 0, WritesUnder = 0;
  for (const DataAccess &A : G->Accesses) {
    if (A.In == &F)
      continue;
    ++All;
    Under += A.under(Lock);
    WritesUnder += A.Write && A.under(Lock);
  }
  if (WritesUnder == 0 || Under * 100 < All * MinPercent)
    return nullptr;
  // One access says little, unless this function takes the lock as well.
  return LockedHere || Under > 1 ? &G->Locks[0].Lock : nullptr;
}

void Pass::function(const Function &F) {
  const HeldLocks &Held = Of.held(F);
  Held.walk([&](Point, const Event &E, const LockState &Before) {
    if (E.What != Op::Return || !E.has(ByReference) || E.Subject == NoPlace)
      return;
    const Place At = normalized(F, F.place(E.Subject));
    const Field *Data = guarded(At);
    if (!Data)
      return;
    bool LockedHere = false;
    for (const Hold &H : Before.Holds) {
      // Whoever calls it has the lock, or may have.
      if (!H.here())
        return;
      LockedHere |= H.sure();
    }
    // The guard may have ended before the return itself.
    LockedHere |= !Held.trivial();
    const LockClass *Lock = guardOf(F, Data->Symbol, LockedHere);
    if (!Lock)
      return;
    const Field *LockField = P.field(Lock->Symbol);
    if (LockField && P.recordOfField(Lock->Symbol) != P.record(F.Record) &&
        !P.isA(F.Record, P.recordOfField(Lock->Symbol)->Symbol))
      return;
    // Overloads of one name make one finding.
    auto [Known, New] = Told.try_emplace({F.Id, Data->Symbol}, Findings.size());
    if (!New) {
      std::vector<Note> &Notes = Findings[Known->second].Notes;
      if (!(Findings[Known->second].Where == E.Where))
        Notes.insert(Notes.begin(), {E.Where, "so does the overload here"});
      return;
    }
    Finding Found;
    Found.Check = "runnel-lock-guarded-data-escape";
    Found.Where = E.Where;
    Found.Symbol = F.Symbol.str().str();
    const std::string Into = At.Path.size() > 1 ? " into '" : " to '";
    const std::string Guard = "'" + className(P, *Lock) + "'";
    Found.Message = "'" + F.Id.str().str() + "' returns a " +
                    (F.Result.Is == Role::View ? "view"
                     : F.Result.Pointer        ? "pointer"
                                               : "reference") +
                    Into + Data->Id.str().str() + "', which " + Guard +
                    " guards: callers use it without the lock";
    Found.Notes.push_back(
        {Data->Where, "'" + Data->Id.str().str() + "' is declared here"});
    if (const Guarding *G = Of.guardedBy().of(Data->Symbol))
      for (const DataAccess &A : G->Accesses)
        if (A.In != &F && A.Write && A.under(*Lock)) {
          Found.Notes.push_back(
              {rangeAt(*A.In, A.At), "written under " + Guard + " in '" +
                                         A.In->Id.str().str() + "' here"});
          break;
        }
    Found.Notes.push_back(
        {F.Where, "return a copy, or take a function that is called with it "
                  "under the lock"});
    Findings.push_back(std::move(Found));
  });
}

} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  return Pass(F).run();
}

static const CheckRegistration X("runnel-lock-guarded-data-escape",
                                 Level::Default, run);

} // namespace runnel::lock
