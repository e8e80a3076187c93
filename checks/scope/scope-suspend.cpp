//===- scope-suspend.cpp - Suspending with a thread's lock ----------------===//

#include "checks/Check.h"
#include "checks/UnderLock.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::scope {

using namespace analysis;

namespace {

class Pass {
public:
  explicit Pass(const Facts &F) : F(F) {}

  std::vector<Finding> run() {
    std::vector<Finding> Findings;
    for (const Group &G :
         effectsUnderLocks(F, {Effect::Suspend}, [&](const UnderLock &U) {
           return isThreadLock(F.held(*U.In).lock(U.Held.Lock)) &&
                  !isForFiberThreadLock(F, U);
         }))
      Findings.push_back(tell(G));
    return Findings;
  }

private:
  static std::string how(const UnderLock &U) {
    const llvm::StringRef Text = U.What.Text.str();
    if (Text == "co_await" || Text == "co_yield")
      return "'" + Text.str() + "'";
    return "'" + (Text.empty() ? std::string("a suspension") : Text.str()) +
           "'";
  }

  Finding tell(const Group &G) const {
    const UnderLock &First = G.front();
    const std::string Lock = lockName(F, First);
    return tellOf(
        F, G, "runnel-scope-suspend",
        how(First) + " may go on in another thread while " + Lock +
            " is held, which only its own thread may unlock",
        "suspends",
        [&](const UnderLock &U) {
          return how(U) + " suspends under the lock too";
        },
        "unlock " + Lock +
            " before suspending, or use a lock that suspends: "
            "'runnel::mutex'");
  }

  const Facts &F;
};

} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  return Pass(F).run();
}

static const CheckRegistration X("runnel-scope-suspend", Level::Default, run,
                                 {}, /*WholeProgram=*/true);

} // namespace runnel::scope
