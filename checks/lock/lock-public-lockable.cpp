//===- lock-public-lockable.cpp - Classes that can be locked from outside -===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/lock/Uses.h"

namespace runnel::lock {

using namespace ir;

/// Locks (or unlocks) a lock of its own object, and leaves it so.
static bool does(const Function &F, Op What) {
  for (const LockContract &C : F.Contracts)
    if (C.What ==
        (What == Op::Lock ? LockContract::Acquires : LockContract::Releases))
      return true;
  for (const Block &B : F.Blocks)
    for (const Event &E : B.Events)
      if (E.What == What && E.Subject != NoPlace &&
          F.place(E.Subject).Root == Place::This)
        return true;
  return false;
}

static std::vector<Finding> run(const analysis::Facts &Facts, const Options &) {
  const Program &P = Facts.program();
  std::vector<Finding> Findings;
  for (const Record &R : P.module().Records) {
    if (isHidden(P, R))
      continue;
    const Function *Lock = nullptr, *Unlock = nullptr;
    for (const MethodRef &M : R.Methods) {
      const Function *F = P.function(M.Symbol);
      if (!F || M.Visible != Access::Public || F->Static)
        continue;
      llvm::StringRef Name = shortName(F->Id);
      if (!Lock && Name.starts_with_insensitive("lock") && does(*F, Op::Lock) &&
          !does(*F, Op::Unlock))
        Lock = F;
      if (!Unlock && Name.starts_with_insensitive("unlock") &&
          does(*F, Op::Unlock) && !does(*F, Op::Lock))
        Unlock = F;
    }
    if (!Lock || !Unlock)
      continue;
    Finding Found;
    Found.Check = "runnel-lock-public-lockable";
    Found.Where = Lock->Where;
    Found.Symbol = R.Symbol.str().str();
    const std::string Class = "'" + R.Id.str().str() + "'";
    Found.Message = Class + " is no lock, and lets others lock it with '" +
                    shortName(Lock->Id).str() + "' and unlock it with '" +
                    shortName(Unlock->Id).str() + "'";
    Found.Notes.push_back(
        {Unlock->Where, "'" + Unlock->Id.str().str() + "' is declared here"});
    Found.Notes.push_back(
        {R.Where, "make them private, and give " + Class +
                      " the operations its users lock it for"});
    Findings.push_back(std::move(Found));
  }
  return Findings;
}

static const CheckRegistration X("runnel-lock-public-lockable", Level::Strict,
                                 run);

} // namespace runnel::lock
