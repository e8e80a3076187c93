//===- lock-escaping-reference.cpp - Ways to a mutex that leave its class -===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Places.h"
#include "checks/lock/Uses.h"

#include "llvm/ADT/STLExtras.h"

#include <map>

namespace runnel::lock {

using namespace ir;

namespace {

class Pass {
public:
  explicit Pass(const Program &P) : P(P) {}

  std::vector<Finding> run() {
    for (const Function &F : P.module().Functions)
      if (F.Defined && !F.Lambda && !F.Implicit && isReachable(F))
        function(F);
    return std::move(Findings);
  }

private:
  bool isReachable(const Function &F) const;
  void function(const Function &F);
  bool keeps(Name Callee, const Event &Call, PlaceId Lock) const;
  const TypeRef *ownLock(const Function &F, PlaceId Id, std::string &Name,
                         Range &Declared, ir::Name *Which = nullptr) const;
  void report(const Function &F, const Event &E, PlaceId Lock, std::string What,
              std::string Instead, bool Handed = false);

  static constexpr size_t MaxNotes = 6;
  const Program &P;
  std::vector<Finding> Findings;
  std::map<Name, size_t> HandedOut; ///< a lock -> its finding
};

/// Code outside of the class can call it. A function that says by attribute
/// which lock it returns is an accessor on purpose.
bool Pass::isReachable(const Function &F) const {
  if (llvm::any_of(F.Contracts, [](const LockContract &C) {
        return C.What == LockContract::Returns;
      }))
    return false;
  if (!F.Record)
    return !F.Internal;
  const Record *R = P.record(F.Record);
  return R && !isHidden(P, *R) &&
         (F.Visible == Access::Public || F.Visible == Access::Protected);
}

/// A place that names a lock of the object itself, of the class, or a static:
/// its type, or null.
const TypeRef *Pass::ownLock(const Function &F, PlaceId Id, std::string &Name,
                             Range &Declared, ir::Name *Which) const {
  if (Id == NoPlace)
    return nullptr;
  const Place &At = F.place(Id);
  ir::Name Symbol;
  if (At.Root == Place::This && At.Path.size() == 1 &&
      At.Path[0].How == Step::Field)
    Symbol = At.Path[0].Symbol;
  else if (At.Root == Place::Global && At.Path.empty())
    Symbol = At.Symbol;
  else
    return nullptr;
  if (Which)
    *Which = Symbol;
  const TypeRef *T = nullptr;
  if (const Field *Of = P.field(Symbol)) {
    T = &Of->Type;
    Name = Of->Id.str();
    Declared = Of->Where;
  } else if (const Global *G = P.global(Symbol)) {
    // What has external linkage needs no accessor to be reached.
    if (!G->Internal && !G->FunctionLocal)
      return nullptr;
    T = &G->Type;
    Name = shortName(G->Id).str();
    Declared = G->Where;
  } else {
    return nullptr;
  }
  bool Shares = T->Is == Role::SharedPointer || T->Is == Role::WeakPointer;
  Role Is = Shares ? T->ElementIs : T->Is;
  // A lock somebody else handed in is not ours to hide.
  if ((Is != Role::Lock && Is != Role::CondVar) || T->indirect())
    return nullptr;
  return T;
}

/// An object of this very scope: what it keeps, it keeps no longer than that.
static bool isScoped(const Function &F, PlaceId Object) {
  if (Object == NoPlace)
    return false;
  const Place &At = F.place(Object);
  return At.Root == Place::Local && At.Path.empty() &&
         At.Index < F.Locals.size() && !F.Locals[At.Index].Type.indirect();
}

/// The callee stores what it is given for argument \p Lock in an object.
bool Pass::keeps(Name Callee, const Event &Call, PlaceId Lock) const {
  const Function *To = P.function(Callee);
  if (!To || !To->Defined || !To->Record)
    return false;
  const Record *R = P.record(To->Record);
  if (!R || R->Is != Role::Data || R->Traits & LockWrapper || R->Local)
    return false;
  for (uint32_t I = 0; I < Call.Args.size(); ++I) {
    if (Call.Args[I].Place != Lock || I >= To->Params.size() ||
        !To->Params[I].Type.indirect())
      continue;
    for (const Block &B : To->Blocks)
      for (const Event &E : B.Events) {
        bool Stores =
            E.What == Op::Assign ||
            (E.What == Op::Escape && E.escapeKind() == EscapeKind::Stored);
        if (!Stores)
          continue;
        PlaceId From = E.What == Op::Assign && !E.Args.empty() ? E.Args[0].Place
                                                               : E.Subject;
        PlaceId Into = E.What == Op::Assign ? E.Subject : E.Other;
        if (From == NoPlace || Into == NoPlace)
          continue;
        const Place &What = To->place(From);
        if (What.Root == Place::Param && What.Index == I && What.Path.empty() &&
            To->place(Into).Root == Place::This)
          return true;
      }
  }
  return false;
}

void Pass::report(const Function &F, const Event &E, PlaceId Lock,
                  std::string What, std::string Instead, bool Handed) {
  std::string Name;
  Range Declared;
  ir::Name Symbol;
  const TypeRef *T = ownLock(F, Lock, Name, Declared, &Symbol);
  if (!T)
    return;
  // Who hands it out once, and to whom else, is one question.
  if (Handed) {
    auto [Known, New] = HandedOut.try_emplace(Symbol, Findings.size());
    if (!New) {
      std::vector<Note> &Notes = Findings[Known->second].Notes;
      if (Notes.size() < MaxNotes)
        Notes.push_back(
            {E.Where, "'" + F.Id.str().str() + "' " + What + " it"});
      return;
    }
  }
  Finding Found;
  Found.Check = "runnel-lock-escaping-reference";
  Found.Where = E.Where;
  Found.Symbol = F.Symbol.str().str();
  Found.Topics.push_back(Symbol.str().str());
  Found.CoveredBy = {"runnel-lock-exposed"};
  Found.Message = "'" + F.Id.str().str() + "' " + What + " the " + noun(*T) +
                  " '" + Name + "'";
  if (const Record *R = P.record(F.Record))
    Found.Message += ": code outside of '" + R->Id.str().str() + "' can " +
                     (T->Is == Role::CondVar ? "signal it" : "lock it");
  else
    Found.Message += ": any code can lock it";
  Found.Notes.push_back({Declared, "'" + Name + "' is declared here"});
  Found.Notes.push_back({F.Where, std::move(Instead)});
  if (Findings.empty() || !(Findings.back().Where == Found.Where))
    Findings.push_back(std::move(Found));
}

void Pass::function(const Function &F) {
  const char *Operation =
      "offer the operation that callers lock it for, or one that runs their "
      "code while it is locked";
  const Event *Passed = nullptr;
  for (const Block &B : F.Blocks)
    for (const Event &E : B.Events) {
      if (E.What == Op::Return && E.Subject != NoPlace) {
        std::string Name;
        Range Declared;
        const TypeRef *T = ownLock(F, E.Subject, Name, Declared);
        bool Copy = T && T->Is != Role::Lock && T->Is != Role::CondVar;
        if (T && (E.has(ByReference) || Copy))
          report(F, E, E.Subject,
                 Copy                 ? "returns a pointer to"
                 : F.Result.Reference ? "returns a reference to"
                                      : "returns a pointer to",
                 Operation);
      } else if (E.What == Op::Escape && E.escapeKind() == EscapeKind::Stored &&
                 E.Other != NoPlace) {
        const Place &Into = F.place(E.Other);
        if (Into.Root == Place::Param || Into.Root == Place::Global)
          report(F, E, E.Subject, "stores elsewhere a pointer to",
                 "let the other object ask this one, or give it a lock of its "
                 "own");
      } else if (E.What == Op::Escape && E.escapeKind() == EscapeKind::Passed) {
        Passed = &E;
      } else if (E.What == Op::Call && Passed && E.Callee == Passed->Callee) {
        const Function *To = P.function(E.Callee);
        if (To && !belongsTo(P, *To, F.Record) && !isScoped(F, E.Subject) &&
            keeps(E.Callee, E, Passed->Subject))
          report(F, *Passed, Passed->Subject,
                 "hands to '" + To->Id.str().str() + "', which keeps it,",
                 "let the other object ask this one, or give it a lock of its "
                 "own",
                 /*Handed=*/true);
        Passed = nullptr;
      }
    }
}

} // namespace

static std::vector<Finding> run(const analysis::Facts &F, const Options &) {
  return Pass(F.program()).run();
}

static const CheckRegistration X("runnel-lock-escaping-reference",
                                 Level::Default, run);

} // namespace runnel::lock
