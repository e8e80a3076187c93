//===- lock-guarded-data-escape.cpp - Ways past the lock to its data ------===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/GuardedBy.h"
#include "checks/analysis/HeldLocks.h"
#include "checks/lock/Uses.h"

#include "llvm/ADT/STLExtras.h"

#include <map>
#include <optional>
#include <set>

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
    for (const Function &F : P.module().Functions) {
      if (isReachable(F))
        function(F);
      if (F.Defined && !F.Implicit && !F.System && !F.Incomplete)
        usedAfterUnlock(F);
    }
    return std::move(Findings);
  }

private:
  bool isReachable(const Function &F) const;
  void function(const Function &F);
  void usedAfterUnlock(const Function &F);
  Place target(const Function &F, const Place &Local, Point Made) const;
  std::optional<std::pair<const Function *, Range>>
  remover(const Field &Data, const LockClass &Lock) const;
  bool isSafeItself(const TypeRef &T) const;
  bool isLibrary(Name Symbol) const;
  Place origin(const Function &F, const Place &At) const;
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

bool Pass::isLibrary(Name Symbol) const {
  const Function *F = P.function(Symbol);
  return !F || F->System;
}

/// What a local iterator was made of: it = items_.find(key).
Place Pass::origin(const Function &F, const Place &At) const {
  if (At.Root != Place::Local || At.Index >= F.Locals.size() ||
      F.Locals[At.Index].Type.Is != Role::View)
    return At;
  const Event *Made = nullptr;
  for (const Block &B : F.Blocks)
    for (const Event &E : B.Events)
      if (E.What == Op::Assign && E.Subject != NoPlace &&
          F.place(E.Subject).Root == Place::Local &&
          F.place(E.Subject).Index == At.Index) {
        if (Made)
          return At;
        Made = &E;
      }
  if (!Made || Made->Args.empty() || Made->Args[0].Place == NoPlace)
    return At;
  Place Out = normalized(F, F.place(Made->Args[0].Place));
  Out.Path.insert(Out.Path.end(), At.Path.begin(), At.Path.end());
  Out.Type = At.Type;
  return Out;
}

/// The field of this object that \p At lies in, with everything on the way
/// owned by it.
const Field *Pass::guarded(const Place &At) const {
  if (At.Root != Place::This || At.Path.empty() ||
      At.Path[0].How != Step::Field)
    return nullptr;
  const Field *First = nullptr;
  bool View = false;
  for (const Step &S : At.Path) {
    if (S.How == Step::Index)
      continue;
    // c_str(), begin(), find(): ways into what they are called on.
    if (S.How == Step::Call && First && First->Type.Is == Role::Container &&
        isLibrary(S.Symbol)) {
      View = true;
      continue;
    }
    if (View)
      continue; // ->second
    const Field *F = S.How == Step::Field ? P.field(S.Symbol) : nullptr;
    // What lies behind a pointer has its own rules.
    if (!F || F->Type.indirect() || F->Static || isSafeItself(F->Type))
      return nullptr;
    if (!First)
      First = F;
  }
  // A pointer that is an element, or a part of one, is given away by value.
  const bool Value =
      At.Type.Pointer && (!View || At.Path.back().How == Step::Field);
  if (!First || First->Type.Const || Value || (isSafeItself(At.Type) && !View))
    return nullptr;
  // Behind a container of pointers lie other objects.
  if (View && (First->Type.ElementIs == Role::SharedPointer ||
               First->Type.ElementIs == Role::OwningPointer))
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
    if (E.Subject == NoPlace)
      return;
    // Into what the caller handed in.
    const bool Stored =
        E.What == Op::Escape && E.Value == int64_t(EscapeKind::Stored) &&
        E.Other != NoPlace && F.place(E.Other).Root == Place::Param;
    if (!Stored && !(E.What == Op::Return && E.has(ByReference) &&
                     (F.Result.indirect() || F.Result.Is == Role::View)))
      return;
    const Place At = origin(F, normalized(F, F.place(E.Subject)));
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
    Found.Message = "'" + F.Id.str().str() +
                    (Stored ? "' hands out a " : "' returns a ") +
                    (Stored                      ? "pointer"
                     : F.Result.Is == Role::View ? "view"
                     : F.Result.Pointer          ? "pointer"
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

/// Where some function, with \p Lock locked, makes iterators into \p Data
/// invalid.
std::optional<std::pair<const Function *, Range>>
Pass::remover(const Field &Data, const LockClass &Lock) const {
  static const llvm::StringRef Removing[] = {
      "erase",    "clear",  "pop_front", "pop_back", "pop",
      "erase_if", "remove", "remove_if", "extract"};
  static const llvm::StringRef Moving[] = {
      "push_back", "emplace_back", "insert", "resize", "reserve", "emplace"};
  const bool Contiguous = Data.Type.Spelling.str().contains("vector");
  for (const Function *F : Of.callGraph().functions()) {
    const HeldLocks &Held = Of.held(*F);
    if (Held.trivial())
      continue;
    std::optional<Range> Found;
    Held.walk([&](Point, const Event &E, const LockState &Before) {
      if (Found || E.What != Op::Call || E.Subject == NoPlace ||
          !E.has(SystemCallee))
        return;
      const Place On = normalized(*F, F->place(E.Subject));
      if (On.Path.empty() || On.Path.back().How != Step::Field ||
          !(On.Path.back().Symbol == Data.Symbol))
        return;
      const llvm::StringRef Name =
          E.Text.str().substr(E.Text.str().find_last_of(".>") + 1);
      if (!llvm::is_contained(Removing, Name) &&
          !(Contiguous && llvm::is_contained(Moving, Name)))
        return;
      if (llvm::any_of(Before.Holds, [&](const Hold &H) {
            return H.sure() && Held.classOf(H.Lock) == Lock;
          }))
        Found = E.Where;
    });
    if (Found)
      return std::make_pair(F, *Found);
  }
  return std::nullopt;
}

/// What a local iterator or pointer, made at \p Made, leads to.
Place Pass::target(const Function &F, const Place &Local, Point Made) const {
  if (F.Locals[Local.Index].Type.Is == Role::View)
    return origin(F, Local);
  const Event &E = eventAt(F, Made);
  if (E.Args.empty() || E.Args[0].Place == NoPlace || !E.Args[0].ByReference)
    return Local;
  Place Out = origin(F, normalized(F, F.place(E.Args[0].Place)));
  Out.Path.insert(Out.Path.end(), Local.Path.begin(), Local.Path.end());
  if (!Local.Path.empty())
    Out.Type = Local.Type;
  return Out;
}

/// An iterator or pointer that was found under the lock, and is followed
/// without it.
void Pass::usedAfterUnlock(const Function &F) {
  const HeldLocks &Held = Of.held(F);
  if (Held.trivial())
    return;
  // Where each local iterator or pointer is made, and under which locks.
  std::map<uint32_t, std::pair<Point, std::vector<LockClass>>> Made;
  std::set<uint32_t> Told;
  Held.walk([&](Point At, const Event &E, const LockState &Before) {
    if (E.Subject == NoPlace)
      return;
    const Place &On = F.place(E.Subject);
    if (On.Root != Place::Local || On.Index >= F.Locals.size() ||
        (F.Locals[On.Index].Type.Is != Role::View &&
         !F.Locals[On.Index].Type.Pointer))
      return;
    if (E.What == Op::Assign && On.Path.empty()) {
      std::vector<LockClass> Under;
      for (const Hold &H : Before.Holds)
        if (H.sure() && H.here())
          Under.push_back(Held.classOf(H.Lock));
      Made[On.Index] = {At, std::move(Under)};
      return;
    }
    auto It = Made.find(On.Index);
    if (E.What != Op::Access ||
        (On.Path.empty() && !E.Spelling.str().starts_with("*")) ||
        It == Made.end() || It->second.second.empty() || Told.count(On.Index))
      return;
    const Field *Data = guarded(target(F, On, It->second.first));
    if (!Data || Data->Type.Is != Role::Container)
      return;
    const LockClass *Lock = guardOf(F, Data->Symbol, /*LockedHere=*/true);
    if (!Lock || !llvm::is_contained(It->second.second, *Lock) ||
        llvm::any_of(Before.Holds, [&](const Hold &H) {
          return H.Is != Presence::No && Held.classOf(H.Lock) == *Lock;
        }))
      return;
    const auto Removes = remover(*Data, *Lock);
    if (!Removes)
      return;
    Told.insert(On.Index);
    const std::string Guard = "'" + className(P, *Lock) + "'",
                      Name = "'" + F.Locals[On.Index].Id.str().str() + "'",
                      Of = "'" + Data->Id.str().str() + "'";
    Finding Found;
    Found.Check = "runnel-lock-guarded-data-escape";
    Found.Where = E.Where;
    Found.Symbol = F.Symbol.str().str() + " " + Name;
    Found.Message = Name + " points into " + Of + ", which " + Guard +
                    " guards, and is followed after the unlock";
    Found.Notes.push_back(
        {rangeAt(F, It->second.first), "it was found under the lock here"});
    Found.Notes.push_back(
        {Removes->second, "'" + Removes->first->Id.str().str() +
                              "' can meanwhile take away what it points to"});
    Found.Notes.push_back(
        {E.Where, "use it before the unlock, or take a copy of what is "
                  "needed"});
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
