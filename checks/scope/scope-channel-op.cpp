//===- scope-channel-op.cpp - Channel operations under a lock -------------===//

#include "checks/Check.h"
#include "checks/UnderLock.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"

namespace runnel::scope {

using namespace analysis;
using ir::Event;
using ir::Function;
using ir::Op;
using ir::Place;

namespace {

class Pass {
public:
  explicit Pass(const Facts &F) : F(F) {}

  std::vector<Finding> run() {
    std::vector<Finding> Findings;
    for (const Group &G :
         effectsUnderLocks(F, {Effect::ChannelOp}, [&](const UnderLock &U) {
           return !(U.What.Flags & (ir::Try | ir::WithTimeout)) &&
                  !hasRoom(U) && !isForFiberThreadLock(F, U);
         }))
      Findings.push_back(tell(G));
    return Findings;
  }

private:
  /// A send to a buffered channel that this function has made, and sends to no
  /// more often than there is room.
  static bool hasRoom(const UnderLock &U) {
    const Function &Fn = *U.In;
    const Place &On = U.What.On;
    if (U.What.Text.str() != "send" || U.What.Via || On.Root != Place::Local ||
        !On.Path.empty())
      return false;
    int64_t Room = 0, Sends = 0;
    for (const ir::Block &B : Fn.Blocks) {
      if (B.Term >= ir::Terminator::While && B.Term <= ir::Terminator::RangeFor)
        return false;
      for (const Event &E : B.Events) {
        if (E.Subject == ir::NoPlace || !Fn.place(E.Subject).sameAs(On))
          continue;
        if (E.What == Op::MakeChannel && E.has(ir::ValueKnown))
          Room = E.Value;
        Sends += E.What == Op::Send;
      }
    }
    return Sends <= Room;
  }

  static std::string name(const UnderLock &U) {
    if (U.What.Text.str() == "select")
      return "'select'";
    return "a " + U.What.Text.str().str() +
           (U.What.Text.str() == "send" ? " to '" : " from '") +
           pretty(*U.In, U.What.On) + "'";
  }

  Finding tell(const Group &G) const {
    const UnderLock &First = G.front();
    const std::string Lock = lockName(F, First);
    return tellOf(
        F, G, "runnel-scope-channel-op",
        name(First) + " waits for another goroutine while " + Lock + " is held",
        "waits on the channel",
        [&](const UnderLock &U) {
          return name(U) + " waits under the lock too";
        },
        "if the other side needs " + Lock +
            ", both wait for ever: use the channel after unlocking, or only "
            "try");
  }

  const Facts &F;
};

} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  return Pass(F).run();
}

static const CheckRegistration X("runnel-scope-channel-op", Level::Default, run,
                                 {}, /*WholeProgram=*/true);

} // namespace runnel::scope
