//===- chan-self-block.cpp - A goroutine alone with its channel -----------===//

#include "checks/Check.h"
#include "checks/analysis/ChannelUses.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

#include <map>
#include <tuple>

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

namespace {
/// Channels that are nil and stay so: nobody ever makes one of them.
class Nils {
public:
  explicit Nils(const ir::Program &P) : P(P) {
    for (const ir::Function &F : P.module().Functions)
      forEachEvent(F, [&](Point, const ir::Event &E) { note(F, E); });
  }

  void find(std::vector<Finding> &Out) const {
    for (const ir::Function &F : P.module().Functions)
      forEachEvent(F, [&](Point, const ir::Event &E) {
        if ((E.What != ir::Op::Send && E.What != ir::Op::Recv) ||
            E.has(ir::Try | ir::WithTimeout) || E.Subject == ir::NoPlace)
          return;
        auto It = Known.find(keyOf(F, E.Subject));
        if (It == Known.end() || !It->second.Nil || It->second.Other ||
            asks(F, E.Subject))
          return;
        const ir::Place &Pl = F.place(E.Subject);
        if (!Pl.Path.empty() && !P.whole()) {
          const ir::Field *Member = P.field(Pl.Path.back().Symbol);
          if (!Member || Member->Visible != ir::Access::Private)
            return;
        }
        bool Sends = E.What == ir::Op::Send;
        std::string Name =
            "'" + (E.Spelling ? E.Spelling.str().str() : "channel") + "'";
        Finding Found;
        Found.Check = "runnel-chan-self-block";
        Found.Where = E.Where;
        Found.Symbol = F.Id.str().str() + "::" + Name;
        Found.Message =
            std::string(Sends ? "this send on " : "this receive from ") + Name +
            " waits for ever: the channel is nil";
        Found.Notes.push_back({It->second.Where, "it is nil from here on"});
        Found.Notes.push_back(
            {E.Where, "make the channel first: leave the nullptr out"});
        Out.push_back(std::move(Found));
      });
  }

private:
  struct Life {
    bool Nil = false, Other = false;
    ir::Range Where;
  };
  /// A local of one function, or a member of a class wherever it is.
  using Key = std::tuple<const ir::Function *, uint32_t, ir::Name>;

  static Key keyOf(const ir::Function &F, ir::PlaceId Place) {
    const ir::Place &Pl = F.place(Place);
    if (Pl.Path.empty() && Pl.Root == ir::Place::Local)
      return {&F, Pl.Index, {}};
    if (!Pl.Path.empty() && Pl.Path.back().How == ir::Step::Field)
      return {nullptr, 0, Pl.Path.back().Symbol};
    return {nullptr, 0, {}};
  }

  void note(const ir::Function &F, const ir::Event &E) {
    auto At = [&](ir::PlaceId Place) -> Life * {
      if (Place == ir::NoPlace || F.place(Place).Type.Is != ir::Role::Channel)
        return nullptr;
      return &Known[keyOf(F, Place)];
    };
    Life *Of = At(E.Subject);
    switch (E.What) {
    case ir::Op::Assign:
      if (Of && E.Args.size() == 1 && E.Args[0].How == ir::Operand::Null) {
        Of->Nil = true;
        Of->Where = E.Where;
      } else if (Of) {
        Of->Other = true;
      }
      break;
    case ir::Op::MakeChannel:
    case ir::Op::Escape:
      if (Of)
        Of->Other = true;
      break;
    case ir::Op::Access:
      if (Of && E.has(ir::AddressTaken | ir::Write))
        Of->Other = true;
      break;
    case ir::Op::Closure:
      if (const ir::Function *Code = P.function(E.Callee))
        for (const ir::Capture &C : Code->Captures)
          if (C.ByReference && C.Source != ir::NoPlace)
            if (Life *Captured = At(C.Source))
              Captured->Other = true;
      break;
    default:
      break;
    }
    for (const ir::Operand &A : E.Args)
      if (A.How == ir::Operand::PlaceArg && A.ByReference)
        if (Life *Given = At(A.Place))
          Given->Other = true;
  }

  /// Whether the function looks at the channel first.
  static bool asks(const ir::Function &F, ir::PlaceId Place) {
    return llvm::any_of(F.Blocks, [&](const ir::Block &B) {
      return B.Cond.Subject == Place || llvm::is_contained(B.Cond.Reads, Place);
    });
  }

  const ir::Program &P;
  std::map<Key, Life> Known;
};
} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  Nils(F.program()).find(Out);
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
