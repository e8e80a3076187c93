//===- fiber-thread-lock.cpp - A thread's lock held by a goroutine --------===//

#include "checks/Check.h"
#include "checks/Narrow.h"
#include "checks/UnderLock.h"
#include "checks/fiber/LockKind.h"
#include "checks/fiber/Way.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::fiber {

using namespace analysis;
using scope::Group;
using scope::UnderLock;

namespace {

class Pass {
public:
  explicit Pass(const Facts &F) : F(F) {}

  std::vector<Finding> run() {
    std::vector<Finding> Findings;
    if (F.goroutines().functions().empty())
      return Findings;
    for (const Group &G : scope::effectsUnderLocks(
             F,
             {Effect::Suspend, Effect::ChannelOp, Effect::Join, Effect::Wait,
              Effect::Acquire},
             [&](const UnderLock &U) {
               return scope::isForFiberThreadLock(F, U);
             },
             scope::isThreadLock))
      Findings.push_back(tell(G));
    return Findings;
  }

private:
  std::string name(const UnderLock &U) const {
    return suspensionName(F.program(), *U.In, U.What);
  }

  /// After the fix the goroutine waits for others under the lock still: another
  /// check would speak then.
  static bool onlyYields(const Group &G) {
    return llvm::all_of(G, [](const UnderLock &U) {
      return U.What.What == Effect::Suspend || U.What.What == Effect::Acquire;
    });
  }

  Finding tell(const Group &G) const {
    const UnderLock &First = G.front();
    const std::string Lock = scope::lockName(F, First);
    const ir::Place &Place = F.held(*First.In).lock(First.Held.Lock);
    Finding Found = scope::tellOf(
        F, G, "runnel-fiber-thread-lock",
        name(First) + " may suspend the goroutine while it holds " + Lock +
            (Place.Type.Is == ir::Role::Lock
                 ? ", a '" + Place.Type.Spelling.str().str() + "'"
                 : ", a thread's lock") +
            ", which only the thread that locked it may unlock",
        "suspends",
        [&](const UnderLock &U) {
          return name(U) + " may suspend under the lock too";
        },
        "unlock " + Lock +
            " first, or make it a 'runnel::mutex', which belongs to no thread");
    Found.How = Severity::Error;
    const Note Advice = Found.Notes.back();
    Found.Notes.pop_back();
    tellWay(F, *First.In, Found);
    Found.Notes.push_back(Advice);
    if (onlyYields(G) && isOurs(F, *First.In))
      if (std::optional<Fix> Kind = lockKindFix(F, *First.In, Place))
        Found.Fixes.insert(Found.Fixes.begin(), std::move(*Kind));
    return Found;
  }

  const Facts &F;
};

} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  return Pass(F).run();
}

static const CheckRegistration X("runnel-fiber-thread-lock", Level::Default,
                                 run, {}, /*WholeProgram=*/true);

} // namespace runnel::fiber
