//===- lock-foreign-object.cpp - Locking what belongs to somebody else ----===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Places.h"
#include "checks/lock/Uses.h"

#include "llvm/ADT/STLExtras.h"

#include <map>
#include <set>

namespace runnel::lock {

using namespace ir;

namespace {

constexpr size_t MaxNotes = 3;

/// One place where a function locks a lock of another class's object.
struct Taking {
  const Function *In = nullptr;
  Range Where;
  std::string Lock; ///< as the function writes it
};

class Pass {
public:
  explicit Pass(const Program &P) : P(P) {}
  std::vector<Finding> run();

private:
  void look(const Function &F, const Event &E, PlaceId Lock);

  const Program &P;
  /// By lock, then by the class that takes it; empty: functions of none.
  std::map<Name, std::map<Name, std::vector<Taking>>> Taken;
  std::set<Name> UsedAtHome; ///< locks that their own class takes
};

void Pass::look(const Function &F, const Event &E, PlaceId Id) {
  if (Id == NoPlace)
    return;
  const Place At =
      analysis::resolveAccessors(P, analysis::normalized(F, F.place(Id)));
  if (At.Path.empty() || At.Path.back().How != Step::Field)
    return;
  Name Lock = At.Path.back().Symbol;
  const Field *Of = P.field(Lock);
  const Record *Owner = P.recordOfField(Lock);
  // A class that refers to a lock was given it in order to lock it.
  if (!Of || !Owner || Of->Type.Is != Role::Lock || Of->Type.indirect() ||
      Of->Static)
    return;
  if (isInFamily(P, F, Owner->Symbol)) {
    UsedAtHome.insert(Lock);
    return;
  }
  // A lock of its own, whatever its operations are called.
  if (Owner->Fields.size() == 1)
    return;
  if (isHidden(P, *Owner))
    return;
  const Function &Root = rootFunction(P, F);
  if (const Record *Mine = P.record(Root.Record);
      Mine && (Mine->Is != Role::Data || Mine->Traits & LockWrapper ||
               holdsGuard(*Mine)))
    return;
  Taken[Lock][Root.Record].push_back({&Root, E.Where,
                                      E.Spelling && E.What == Op::Lock
                                          ? E.Spelling.str().str()
                                          : analysis::pretty(F, At)});
}

std::vector<Finding> Pass::run() {
  for (const Function &F : P.module().Functions) {
    if (F.Implicit || F.System)
      continue;
    for (const Block &B : F.Blocks)
      for (const Event &E : B.Events) {
        if (E.What == Op::Lock)
          look(F, E, E.Subject);
        else if (E.What == Op::GuardBegin)
          for (const Operand &A : E.Args)
            look(F, E, A.Place);
      }
  }

  std::vector<Finding> Findings;
  for (const auto &[Lock, Takers] : Taken) {
    const Field &Of = *P.field(Lock);
    const Record &Owner = *P.recordOfField(Lock);
    // Data with a lock beside it, and no life of its own, is the business of
    // the one class, or of the functions, that use it; it becomes everybody's
    // with a second class.
    const bool Passive =
        !UsedAtHome.count(Lock) && (Owner.Struct || !Owner.Behaviour);
    auto IsClass = [&](Name Taker) { return P.record(Taker) != nullptr; };
    if (Passive && llvm::count_if(Takers, [&](const auto &Pair) {
                     return IsClass(Pair.first);
                   }) < 2)
      continue;
    for (const auto &[Taker, Places] : Takers) {
      if (Passive && !IsClass(Taker))
        continue;
      const Taking &First = Places.front();
      Finding Found;
      Found.Check = "runnel-lock-foreign-object";
      Found.Where = First.Where;
      Found.Symbol = (Taker ? Taker : First.In->Symbol).str().str() + " " +
                     Lock.str().str();
      // Whoever exposes the lock is to blame, and is told so once.
      Found.Topics.push_back(Lock.str().str());
      Found.CoveredBy = {"runnel-lock-exposed",
                         "runnel-lock-escaping-reference"};
      const std::string Class = "'" + Owner.Id.str().str() + "'";
      Found.Message = "'" + First.In->Id.str().str() + "' locks '" +
                      First.Lock + "', which belongs to another object, a " +
                      Class;
      for (size_t I = 1; I < Places.size() && I <= MaxNotes; ++I)
        Found.Notes.push_back(
            {Places[I].Where,
             "so does '" + Places[I].In->Id.str().str() + "' here"});
      if (Places.size() > MaxNotes + 1)
        Found.Notes.back().Message +=
            ", and " + std::to_string(Places.size() - MaxNotes - 1) +
            " more places";
      Found.Notes.push_back(
          {Of.Where, "'" + Of.Id.str().str() + "' is declared here"});
      Found.Notes.push_back(
          {First.In->Where, "move what happens under the lock into an "
                            "operation of " +
                                Class});
      Findings.push_back(std::move(Found));
    }
  }
  return Findings;
}

} // namespace

static std::vector<Finding> run(const analysis::Facts &F, const Options &) {
  return Pass(F.program()).run();
}

static const CheckRegistration X("runnel-lock-foreign-object", Level::Default,
                                 run, {}, /*WholeProgram=*/true);

} // namespace runnel::lock
