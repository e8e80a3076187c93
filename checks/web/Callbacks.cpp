//===- Callbacks.cpp - Functions run under somebody else's lock -----------===//

#include "checks/web/Callbacks.h"

#include "checks/analysis/BeforeThreads.h"
#include "checks/analysis/CallGraph.h"
#include "checks/analysis/HeldLocks.h"

#include <map>
#include <optional>

namespace runnel::web {

using namespace analysis;
using ir::Event;
using ir::Function;
using ir::Op;
using ir::Operand;
using ir::Place;

namespace {

/// A lock that a function holds while it calls one of its parameters.
struct Holding {
  Place Lock; ///< in the function's terms
  bool Shared = false;
  ir::Range Held, Runs;
};

class Finder {
public:
  explicit Finder(const Facts &F) : F(F), P(F.program()) {}

  std::vector<CallbackReentry> run() {
    for (const Function *Fn : F.callGraph().functions())
      if (!Fn->System && !F.beforeThreads().function(*Fn))
        for (ir::BlockId B = 0; B < Fn->Blocks.size(); ++B)
          for (uint32_t I = 0; I < Fn->Blocks[B].Events.size(); ++I)
            call(*Fn, {B, I});
    return std::move(Found);
  }

private:
  static constexpr unsigned MaxForwards = 2;

  static bool isParam(const Function &Fn, ir::PlaceId Id, uint32_t Index) {
    return Id != ir::NoPlace && Fn.place(Id).Root == Place::Param &&
           Fn.place(Id).Index == Index && Fn.place(Id).Path.empty();
  }

  /// The locks of \p Fn's own that are held when it calls parameter \p Index.
  std::vector<Holding> holdings(const Function &Fn, uint32_t Index,
                                unsigned Depth) const {
    std::vector<Holding> Out;
    const HeldLocks &H = F.held(Fn);
    auto Look = [&](Point At, const Event &E, const LockState *Before) {
      if (E.What != Op::Call)
        return;
      const ir::Range Where = rangeAt(Fn, At);
      const bool Calls = isParam(Fn, E.Subject, Index);
      std::vector<Holding> Inner;
      if (!Calls) {
        // Or it is passed on.
        const Function *Callee =
            E.Callee && Depth > 0 ? P.function(E.Callee) : nullptr;
        if (!Callee || !Callee->Defined)
          return;
        bool Forwards = false;
        for (uint32_t I = 0; I < E.Args.size(); ++I)
          if (isParam(Fn, E.Args[I].Place, Index) && callsParam(*Callee, I)) {
            Forwards = true;
            Inner = holdings(*Callee, I, Depth - 1);
          }
        if (!Forwards)
          return;
        for (Holding &Held : Inner) {
          Held.Lock = toCaller(Fn, E, *Callee, Held.Lock);
          Out.push_back(Held);
        }
      }
      if (!Before)
        return;
      for (const Hold &Held : Before->Holds)
        if (Held.sure() && Held.here() && Held.At.valid())
          Out.push_back(
              {H.lock(Held.Lock), Held.Shared, rangeAt(Fn, Held.At), Where});
    };
    if (!H.trivial()) {
      H.walk([&](Point At, const Event &E, const LockState &Before) {
        Look(At, E, &Before);
      });
      return Out;
    }
    for (ir::BlockId B = 0; B < Fn.Blocks.size(); ++B)
      for (uint32_t I = 0; I < Fn.Blocks[B].Events.size(); ++I)
        Look({B, I}, Fn.Blocks[B].Events[I], nullptr);
    return Out;
  }

  static bool callsParam(const Function &Fn, uint32_t Index) {
    for (const ir::Block &B : Fn.Blocks)
      for (const Event &E : B.Events)
        if (E.What == Op::Call && isParam(Fn, E.Subject, Index))
          return true;
    return false;
  }

  const std::vector<Holding> &kept(const Function &Fn, uint32_t Index) {
    auto [It, New] = Cache.try_emplace({&Fn, Index});
    if (New)
      It->second = holdings(Fn, Index, MaxForwards);
    return It->second;
  }

  void call(const Function &Fn, Point At) {
    const Event &E = eventAt(Fn, At);
    if (E.What != Op::Call || E.Callee.empty())
      return;
    const Function *Callee = P.function(E.Callee);
    if (!Callee || !Callee->Defined || Callee->Lambda)
      return;
    for (uint32_t I = 0; I < E.Args.size(); ++I) {
      const Function *Given = E.Args[I].How == Operand::Lambda
                                  ? P.function(E.Args[I].Symbol)
                                  : nullptr;
      if (!Given || !Given->Defined)
        continue;
      for (const Holding &Held : kept(*Callee, I)) {
        const Place Lock =
            resolveAccessors(P, toCaller(Fn, E, *Callee, Held.Lock));
        if (!isDefinite(Lock))
          continue;
        if (std::optional<ir::Range> Wanted =
                wants(Fn, E, *Given, Lock, Held.Shared)) {
          Found.push_back(
              {&Fn, At, Callee, Held.Held, Held.Runs, Given, *Wanted, Lock});
          return;
        }
      }
    }
  }

  /// Where \p Given locks \p Lock, a place of \p Fn.
  std::optional<ir::Range> wants(const Function &Fn, const Event &E,
                                 const Function &Given, const Place &Lock,
                                 bool Shared) const {
    for (const Effect &Got : F.summaries().of(Given).Effects) {
      if (Got.What != Effect::Acquire || !Got.Sure ||
          (Got.Flags & (ir::Try | ir::WithTimeout)) ||
          (Shared && (Got.Flags & ir::Shared)))
        continue;
      const Place On = resolveAccessors(P, toCaller(Fn, E, Given, Got.On));
      if (sameObject(On, Lock))
        return rangeAt(Given, Got.At);
    }
    return std::nullopt;
  }

  const Facts &F;
  const ir::Program &P;
  std::map<std::pair<const Function *, uint32_t>, std::vector<Holding>> Cache;
  std::vector<CallbackReentry> Found;
};

} // namespace

std::vector<CallbackReentry> callbackReentries(const Facts &F) {
  return Finder(F).run();
}

} // namespace runnel::web
