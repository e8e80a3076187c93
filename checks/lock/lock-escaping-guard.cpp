//===- lock-escaping-guard.cpp - Guards that cross a class's interface ----===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/lock/Uses.h"

#include "llvm/ADT/STLExtras.h"

#include <map>

namespace runnel::lock {

using namespace ir;

namespace {

/// A guard and nothing else: with a value, it is the accessor one should write.
bool isBareGuard(const TypeRef &T) {
  return T.Is == Role::Guard && !T.has(HoldsValue);
}

/// Hands its guard to a wait: a condition variable's way of being.
bool waitsWith(const Record &R, const Function &F, uint32_t Param) {
  if (shortName(F.Id).starts_with_insensitive("wait") &&
      llvm::any_of(R.Fields,
                   [](const Field &X) { return X.Type.Is == Role::CondVar; }))
    return true;
  for (const Block &B : F.Blocks)
    for (const Event &E : B.Events) {
      if (E.What != Op::Wait || E.Other == NoPlace)
        continue;
      const Place &Guard = F.place(E.Other);
      if (Guard.Root == Place::Param && Guard.Index == Param)
        return true;
    }
  return false;
}

/// What the class locks with.
const Field *ownLock(const Record &R) {
  auto It = llvm::find_if(
      R.Fields, [](const Field &F) { return F.Type.Is == Role::Lock; });
  return It == R.Fields.end() ? nullptr : &*It;
}

constexpr size_t MaxNotes = 6;

} // namespace

static std::vector<Finding> run(const analysis::Facts &Facts, const Options &) {
  const Program &P = Facts.program();
  std::vector<Finding> Findings;
  // One design, one finding: the class, and which way its guards go.
  std::map<std::pair<Name, bool>, size_t> Told;
  for (const Function &F : P.module().Functions) {
    if (F.Visible != Access::Public || F.Lambda || F.Implicit || F.System ||
        F.Operator || F.Constructor || F.Destructor || !F.Overrides.empty())
      continue;
    const Record *R = P.record(F.Record);
    // Whose lock it would be: a class that has none passes on what it is given.
    if (!R || isHidden(P, *R) || holdsGuard(*R) || !ownLock(*R))
      continue;
    const Field &Own = *ownLock(*R);
    Finding Found;
    Found.Check = "runnel-lock-escaping-guard";
    Found.Where = F.Where;
    Found.Symbol = F.Symbol.str().str();
    Found.Topics.push_back(Own.Symbol.str().str());
    Found.CoveredBy = {"runnel-lock-exposed"};
    const bool Returns = isBareGuard(F.Result);
    const std::string Name = "'" + F.Id.str().str() + "' ",
                      Class = "'" + R->Id.str().str() + "'";
    if (Returns) {
      Found.Message = Name + "returns a guard of '" + Own.Id.str().str() +
                      "': its caller decides for how long " + Class +
                      " stays locked";
      Found.Notes.push_back(
          {F.Where,
           "let callers pass what to do instead: template <typename F> auto "
           "withLock(F &&f) { std::scoped_lock hold(mutex); return f(); }"});
    } else {
      auto Param = llvm::find_if(
          F.Params, [](const Variable &V) { return isBareGuard(V.Type); });
      if (Param == F.Params.end() ||
          waitsWith(*R, F, uint32_t(Param - F.Params.begin())))
        continue;
      Found.Message = Name + "takes a guard: its callers must lock " + Class +
                      " from outside";
      if (Param->Where.valid())
        Found.Notes.push_back(
            {Param->Where, "'" + Param->Id.str().str() + "' is the guard"});
      Found.Notes.push_back(
          {F.Where, "lock inside, or make it a private helper of an operation "
                    "that does"});
    }
    const auto [First, New] =
        Told.try_emplace({F.Record, Returns}, Findings.size());
    if (New) {
      Findings.push_back(std::move(Found));
      continue;
    }
    std::vector<Note> &Notes = Findings[First->second].Notes;
    if (Notes.size() < MaxNotes)
      Notes.push_back({F.Where, "so does " + Name + "here"});
  }
  return Findings;
}

static const CheckRegistration X("runnel-lock-escaping-guard", Level::Default,
                                 run);

} // namespace runnel::lock
