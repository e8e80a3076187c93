//===- chan-self-block.cpp - A goroutine alone with its channel -----------===//

#include "checks/Check.h"
#include "checks/analysis/ChannelUses.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

#include <map>

namespace runnel {

using namespace analysis;

namespace {
/// How many values may be inside, at a point.
struct Fill {
  int64_t Least = 0, Most = 0;
  bool Reached = false;
  bool MaybeClosed = false;

  bool join(const Fill &Other) {
    Fill Old = *this;
    if (!Reached) {
      *this = Other;
      return true;
    }
    Least = std::min(Least, Other.Least);
    Most = std::max(Most, Other.Most);
    MaybeClosed |= Other.MaybeClosed;
    return Least != Old.Least || Most != Old.Most ||
           MaybeClosed != Old.MaybeClosed;
  }
};

/// Runs through the one function that uses the channel.
class Count {
public:
  Count(const ChannelLife &C, const ir::Function &F, int64_t Capacity)
      : C(C), F(F), Capacity(Capacity), In(F.Blocks.size()) {
    for (const ChannelUse &U : C.Uses)
      UseOf[&U.event()] = &U;
  }

  /// The first operation that waits for ever whenever it is reached.
  const ChannelUse *blocked() {
    In[0].Reached = true;
    std::vector<ir::BlockId> Work{0};
    for (unsigned Steps = 0; !Work.empty() && Steps < 2000; ++Steps) {
      ir::BlockId At = Work.back();
      Work.pop_back();
      Fill S = In[At];
      if (!through(At, S, nullptr))
        continue;
      for (ir::BlockId Next : F.Blocks[At].Succs)
        if (In[Next].join(S))
          Work.push_back(Next);
    }
    const ChannelUse *Found = nullptr;
    for (ir::BlockId At = 0; At != F.Blocks.size() && !Found; ++At) {
      Fill S = In[At];
      if (S.Reached)
        through(At, S, &Found);
    }
    return Found;
  }

private:
  /// False: nothing gets past this block.
  bool through(ir::BlockId At, Fill &S, const ChannelUse **Found) {
    for (const ir::Event &E : F.Blocks[At].Events) {
      if (&E == C.Made)
        S = Fill{0, 0, true, false};
      auto It = UseOf.find(&E);
      if (It == UseOf.end())
        continue;
      const ChannelUse &U = *It->second;
      bool Sure = U.waits();
      bool Blocks = false;
      switch (U.What) {
      case ChannelUse::Send:
        Blocks = Sure && S.Least >= Capacity && !S.MaybeClosed;
        S.Least = Sure ? std::min(S.Least + 1, Capacity) : S.Least;
        // What only tries may have found somebody that is not seen here.
        S.Most = Sure ? std::min(S.Most + 1, Capacity) : Capacity + 1;
        break;
      case ChannelUse::Recv:
        Blocks = Sure && S.Most == 0 && !S.MaybeClosed;
        S.Least = std::max<int64_t>(S.Least - 1, 0);
        S.Most = Sure ? std::max<int64_t>(S.Most - 1, 0) : S.Most;
        break;
      case ChannelUse::Close:
        S.MaybeClosed = true;
        break;
      }
      if (Blocks) {
        if (Found)
          *Found = &U;
        return false;
      }
    }
    return true;
  }

  const ChannelLife &C;
  const ir::Function &F;
  int64_t Capacity;
  std::vector<Fill> In;
  std::map<const ir::Event *, const ChannelUse *> UseOf;
};
} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ChannelLife &C : channelLives(F.program())) {
    if (C.Escapes || !C.Maker || !C.Capacity || *C.Capacity > 1000 ||
        C.Uses.empty())
      continue;
    // All in one function, which one goroutine runs.
    const ChannelUse &First = C.Uses.front();
    if (!C.any(ChannelUse::Send) || !C.any(ChannelUse::Recv) ||
        First.Goroutine == ~0u || First.Repeated ||
        !llvm::all_of(C.Uses, [&](const ChannelUse &U) {
          return U.F == First.F && U.Goroutine == First.Goroutine;
        }))
      continue;
    // In a helper that may be called several times the count starts anew.
    if (First.F != C.Maker && First.Goroutine == 0)
      continue;
    const ChannelUse *Blocked = Count(C, *First.F, *C.Capacity).blocked();
    if (!Blocked)
      continue;
    std::string Name = "'" + C.Id.str().str() + "'";
    bool Sends = Blocked->What == ChannelUse::Send;
    Finding Found;
    Found.Check = "runnel-chan-self-block";
    Found.Where = Blocked->event().Where;
    Found.Symbol = First.F->Id.str().str() + "::" + C.Id.str().str();
    Found.Message =
        Sends ? "this send on " + Name +
                    " waits for ever: only this goroutine receives from it"
              : "this receive from " + Name +
                    " waits for ever: only this goroutine sends on it";
    Found.Notes.push_back(
        {C.Where, *C.Capacity == 0
                      ? Name + " is unbuffered: a send waits until another "
                               "goroutine receives"
                      : Name + " has room for " + std::to_string(*C.Capacity)});
    const ChannelUse *Other =
        C.first(Sends ? ChannelUse::Recv : ChannelUse::Send);
    Found.Notes.push_back(
        {Other->event().Where, Sends ? "the receive is in the same goroutine"
                                     : "the send is in the same goroutine"});
    Found.Notes.push_back(
        {Blocked->event().Where,
         Sends ? "let another goroutine do one of the two, or give " + Name +
                     " room for what is sent before it is received"
               : std::string("let another goroutine send, before this receive "
                             "or beside it")});
    Out.push_back(std::move(Found));
  }
  return Out;
}

static const CheckRegistration X("runnel-chan-self-block", Level::Default, run);

} // namespace runnel
