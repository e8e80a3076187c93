//===- share-channel-as-lock.cpp - Channels that are locks or counters ----===//

#include "checks/Check.h"
#include "checks/analysis/Conditions.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::share {

using namespace analysis;

namespace {
/// What the functions of the program do with one channel.
struct ChannelUse {
  struct Part {
    const ir::Event *Send = nullptr, *Recv = nullptr;
    Point SendAt, RecvAt;
  };
  std::map<const ir::Function *, Part> By; ///< only to be looked up by order
  std::vector<const ir::Function *> Order;
  std::optional<int64_t> Capacity;
  const ir::Event *Made = nullptr;
  bool Else = false; ///< selected on, closed, ranged over, passed on
};
} // namespace

static std::map<Entity, ChannelUse> usesOf(const ir::Program &P) {
  std::map<Entity, ChannelUse> Out;
  for (const ir::Function &F : P.module().Functions) {
    if (F.System)
      continue;
    auto Of = [&](ir::PlaceId Pl) -> ChannelUse * {
      if (Pl == ir::NoPlace || F.place(Pl).Type.Is != ir::Role::Channel)
        return nullptr;
      Entity E = entityOf(P, F, F.place(Pl));
      return E.known() ? &Out[E] : nullptr;
    };
    forEachEvent(F, [&](Point At, const ir::Event &E) {
      switch (E.What) {
      case ir::Op::MakeChannel:
        if (ChannelUse *U = Of(E.Subject)) {
          U->Else |= U->Made != nullptr;
          U->Made = &E;
          if (E.has(ir::ValueKnown))
            U->Capacity = E.Value;
        }
        break;
      case ir::Op::Send:
      case ir::Op::Recv:
        if (ChannelUse *U = Of(E.Subject)) {
          if (!U->By.count(&F))
            U->Order.push_back(&F);
          ChannelUse::Part &Part = U->By[&F];
          if (E.What == ir::Op::Send && !Part.Send) {
            Part.Send = &E;
            Part.SendAt = At;
          } else if (E.What == ir::Op::Recv && !Part.Recv) {
            Part.Recv = &E;
            Part.RecvAt = At;
          }
          U->Else |= E.has(ir::Ranged);
        }
        break;
      case ir::Op::Close:
        if (ChannelUse *U = Of(E.Subject))
          U->Else = true;
        break;
      case ir::Op::Select:
        for (const ir::SelectCase &C : E.Cases)
          if (ChannelUse *U = Of(C.Channel))
            U->Else = true;
        break;
      case ir::Op::Call:
      case ir::Op::Spawn:
      case ir::Op::Assign:
      case ir::Op::Escape:
        if (E.What == ir::Op::Escape)
          if (ChannelUse *U = Of(E.Subject))
            U->Else = true;
        for (const ir::Operand &A : E.Args)
          if (A.How == ir::Operand::PlaceArg)
            if (ChannelUse *U = Of(A.Place))
              U->Else = true;
        break;
      default:
        break;
      }
    });
  }
  return Out;
}

static bool follows(const ir::Function &F, Point From, const ir::Event *To) {
  return nextAfter(
             F, From, [&](const ir::Event &E) { return &E == To; },
             [](const ir::Event &) { return false; })
      .has_value();
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  const ir::Program &P = F.program();
  std::vector<Finding> Out;
  for (const auto &[Channel, Use] : usesOf(P)) {
    if (Use.Else || !Use.Made || !Use.Capacity || *Use.Capacity < 1)
      continue;
    // Whoever uses it gives back what it took; one place may fill it first.
    const ir::Function *Example = nullptr;
    bool Else = false;
    for (const ir::Function *Fn : Use.Order) {
      const ChannelUse::Part &Part = Use.By.find(Fn)->second;
      if (Part.Send && Part.Recv) {
        // In one order or the other, on the way to the end.
        if (follows(*Fn, Part.SendAt, Part.Recv) ||
            follows(*Fn, Part.RecvAt, Part.Send))
          Example = Example ? Example : Fn;
        else
          Else = true;
      } else {
        Else |= Part.Recv || !Fn->Constructor;
      }
    }
    if (Else || !Example)
      continue;
    const ChannelUse::Part &Part = Use.By.find(Example)->second;
    const ir::TypeRef *T = typeOf(P, Channel);
    const bool Value =
        Part.Recv->Other != ir::NoPlace && T && !T->has(ir::SignalOnly);
    const bool One = *Use.Capacity == 1;
    const std::string Name = nameOf(P, Channel);
    Finding Found;
    Found.Check = "runnel-share-channel-as-lock";
    Found.Where = whereIs(P, Channel);
    Found.Symbol = className(P, Channel);
    Found.Message = "the channel '" + Name + "' is used as " +
                    (!One    ? "a semaphore"
                     : Value ? "a variable with its lock"
                             : "a mutex") +
                    ": whoever uses it gives back what it took";
    const bool SendFirst = follows(*Example, Part.SendAt, Part.Recv);
    Found.Notes.push_back(
        {(SendFirst ? Part.Send : Part.Recv)->Where, "it is taken here"});
    Found.Notes.push_back(
        {(SendFirst ? Part.Recv : Part.Send)->Where, "and given back here"});
    Found.Notes.push_back(
        {Found.Where, "question 2 of 'share memory by communicating' decides, "
                      "does it guard the internal state of a type: nothing "
                      "changes hands, so it is a lock that is wanted"});
    Found.Notes.push_back(
        {Found.Where,
         !One    ? "use a runnel::semaphore"
         : Value ? "use a runnel::mutex beside the value, or a std::atomic"
                 : "use a runnel::mutex, which a guard unlocks on every path"});
    Out.push_back(std::move(Found));
  }
  return Out;
}

static const CheckRegistration X("runnel-share-channel-as-lock", Level::Strict,
                                 run);

} // namespace runnel::share
