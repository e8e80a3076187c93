//===- scope-suspend.cpp - Suspending with a thread's lock ----------------===//

#include "checks/Check.h"
#include "checks/scope/Narrow.h"
#include "checks/scope/UnderLock.h"

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
         effectsUnderLocks(F, {Effect::Suspend},
                           [&](const UnderLock &U) { return isThreadLock(U); }))
      Findings.push_back(tell(G));
    return Findings;
  }

private:
  /// Must be unlocked by the thread that locked it. A lock of a kind that
  /// nobody knows may be made for coroutines.
  bool isThreadLock(const UnderLock &U) const {
    const ir::TypeRef &Type = F.held(*U.In).lock(U.Held.Lock).Type;
    return !Type.has(ir::FiberAware) && !Type.has(ir::UserDefined) &&
           Type.Is == ir::Role::Lock;
  }

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
    Finding Found =
        startFinding(F, G, "runnel-scope-suspend",
                     how(First) + " may go on in another thread while " + Lock +
                         " is held, which only its own thread may unlock",
                     "suspends", "");
    for (size_t I = 1; I < G.size() && I < Found.Notes.size(); ++I)
      if (Found.Notes[I].Where == rangeAt(*First.In, G[I].At))
        Found.Notes[I].Message = how(G[I]) + " suspends under the lock too";
    advise(Found, G,
           "unlock " + Lock +
               " before suspending, or use a lock that suspends: "
               "'runnel::mutex'");
    if (std::optional<Fix> Fix =
            narrow(F, *First.In, First.Held.At, pointsOf(G)))
      Found.Fixes.push_back(std::move(*Fix));
    return Found;
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
