//===- chan-sender-leak.cpp - Answers that nobody waits for any more ------===//

#include "checks/Check.h"
#include "checks/analysis/ChannelUses.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

#include <set>

namespace runnel {

using namespace analysis;
using ir::Op;

/// The sends, if each run of the goroutine does one of them, and it runs once.
static std::vector<const ChannelUse *> oneAnswer(const ChannelLife &C) {
  std::vector<const ChannelUse *> Sends;
  for (const ChannelUse &U : C.Uses)
    if (U.What == ChannelUse::Send) {
      if (!U.waits() || U.inSelect() || U.Repeated || U.Goroutine == 0 ||
          U.Goroutine == ~0u || inLoop(*U.F, U.At.Block))
        return {};
      Sends.push_back(&U);
    }
  for (const ChannelUse *A : Sends)
    for (const ChannelUse *B : Sends) {
      if (A == B)
        continue;
      if (A->F != B->F)
        return {};
      auto IsB = [&](const ir::Event &E) { return &E == &B->event(); };
      if (nextAfter(*A->F, A->At, IsB, [](const ir::Event &) { return false; }))
        return {};
    }
  return Sends;
}

/// Where in the maker the goroutine that sends is started.
static std::optional<Point> startOf(const ChannelLife &C,
                                    const ChannelUse &Send) {
  std::optional<Point> Found;
  forEachEvent(*C.Maker, [&](Point At, const ir::Event &E) {
    if (E.What == Op::Spawn &&
        (E.Callee == Send.F->Symbol ||
         (!E.Args.empty() && E.Args[0].Symbol == Send.F->Symbol)))
      Found = At;
  });
  return Found;
}

/// Whether control can get from \p From to the end of the maker without the
/// answer: past receives that did not get it.
static bool leavesWithout(const ChannelLife &C, Point From) {
  const ir::Function &F = *C.Maker;
  // What the last select or timed receive still has to tell: its case, -2 for
  // whether it received, -1 for nothing.
  struct Item {
    Point At;
    int32_t Pending;
  };
  std::vector<Item> Work{{{From.Block, From.Index + 1}, -1}};
  std::set<std::pair<ir::BlockId, int32_t>> Seen;
  while (!Work.empty()) {
    auto [At, Pending] = Work.back();
    Work.pop_back();
    const ir::Block &B = F.Blocks[At.Block];
    bool Taken = false;
    for (uint32_t I = At.Index; I < B.Events.size() && !Taken; ++I)
      for (const ChannelUse &U : C.Uses) {
        if (U.What != ChannelUse::Recv || &U.event() != &B.Events[I])
          continue;
        Taken |= U.waits();
        Pending = U.inSelect() ? U.Case : -2;
      }
    if (Taken)
      continue;
    if (B.Succs.empty() && B.Leaves)
      return true;
    for (size_t Way = 0; Way != B.Succs.size(); ++Way) {
      int32_t Next = Pending;
      bool Holds = (Way == 0) != B.Cond.Negated;
      if (B.Succs.size() == 2 && B.Term != ir::Terminator::Switch) {
        bool Mine = B.Cond.What == ir::Condition::SelectWon && Pending >= 0;
        bool Same = Mine && B.Cond.Value == Pending;
        if ((Same && Holds) ||
            (B.Cond.What == ir::Condition::Received && Pending == -2 && Holds))
          continue; // it came
        if (Mine && Same != Holds)
          Next = -1;
        if (Mine && !Same && !Holds)
          Next = Pending;
      }
      if (Seen.insert({B.Succs[Way], Next}).second)
        Work.push_back({{B.Succs[Way], 0}, Next});
    }
  }
  return false;
}

static void offerBuffer(const ChannelLife &C, Finding &Found) {
  // `channel<int> c;`: the construction is spelled by the name alone.
  const ir::Range &Made = C.Made->Where;
  if (!C.Where.editable() || !(Made.Begin == C.Where.Begin) ||
      Made.Length != C.Where.Length)
    return;
  ir::Range After = C.Where;
  After.Begin.Offset += C.Where.Length;
  After.Begin.Column += C.Where.Length;
  After.Length = 0;
  Found.Fixes.push_back(
      {"give '" + C.Id.str().str() + "' a buffer of one", {{After, "(1)"}}});
}

/// A context that the goroutine of the send has, or need only name.
static ir::Name contextOf(const ir::Function &Maker,
                          const ir::Function &Sender) {
  for (const ir::Variable &V : Sender.Params)
    if (V.Type.Is == ir::Role::Context && !V.Type.Pointer)
      return V.Id;
  bool TakesAll = false; // [=]
  for (const ir::Capture &C : Sender.Captures) {
    if (C.Type.Is == ir::Role::Context && !C.Type.Pointer)
      return C.Id;
    TakesAll |= C.Implicit && !C.ByReference && !C.IsThis;
  }
  if (!TakesAll || !Sender.Lambda || Sender.Parent != Maker.Symbol)
    return {};
  for (const ir::Variable &V : Maker.Params)
    if (V.Type.Is == ir::Role::Context && !V.Type.indirect() &&
        llvm::none_of(Sender.Locals,
                      [&](const ir::Variable &L) { return L.Id == V.Id; }))
      return V.Id;
  return {};
}

/// `answer.send(v);` becomes a select that ends with the context.
static void offerSelect(const ChannelLife &C, const ChannelUse &Send,
                        Finding &Found) {
  const ir::Event &E = Send.event();
  const ir::TypeRef &Type = Send.F->place(E.Subject).Type;
  ir::Name Context = contextOf(*C.Maker, *Send.F);
  if (!Context || !E.Where.editable() || E.Spelling.empty() ||
      E.Args.size() != 1 || Type.Pointer ||
      (Type.Is != ir::Role::Channel && Type.Is != ir::Role::Sender) ||
      !E.Statement.editable() || !(E.Statement.Begin == E.Where.Begin) ||
      E.Statement.Length != E.Where.Length + 1)
    return;
  ir::Range Method = E.Where, Semicolon = behind(E.Where);
  Method.Length = E.Spelling.str().size();
  Method = behind(Method);
  Method.Length = 6; // ".send("
  Semicolon.Length = 1;
  if (Method.endOffset() >= E.Where.endOffset())
    return;
  Found.Fixes.push_back(
      {"stop waiting when '" + Context.str().str() + "' has ended",
       {{beforeOf(E.Where), "runnel::select(runnel::on_send("},
        {Method, ", "},
        {Semicolon,
         ", runnel::on_recv(" + Context.str().str() + ".done()));"}}});
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ChannelLife &C : channelLives(F.program())) {
    if (C.Escapes || !C.Maker || C.Capacity != 0 || !C.any(ChannelUse::Recv) ||
        C.any(ChannelUse::Close))
      continue;
    std::vector<const ChannelUse *> Sends = oneAnswer(C);
    if (Sends.empty())
      continue;
    std::optional<Point> Started = startOf(C, *Sends.front());
    if (!Started)
      continue;
    // Does every way from there to the end take the answer?
    const ChannelUse *Chooses = nullptr;
    bool Elsewhere = false;
    for (const ChannelUse &U : C.Uses) {
      if (U.What != ChannelUse::Recv)
        continue;
      Elsewhere |= U.Goroutine != 0 || U.F != C.Maker;
      if (!U.waits())
        Chooses = &U;
    }
    if (Elsewhere)
      continue;
    if (!leavesWithout(C, *Started))
      continue;
    std::string Name = "'" + C.Id.str().str() + "'";
    const ChannelUse &Send = *Sends.front();
    Finding Found;
    Found.Check = "runnel-chan-sender-leak";
    Found.Where = Send.event().Where;
    Found.Symbol = C.Maker->Id.str().str() + "::" + C.Id.str().str();
    Found.Message =
        "this send on " + Name + " waits for ever if the receiver leaves first";
    Found.Notes.push_back({C.Where, Name + " has no buffer: a send waits until "
                                           "somebody receives"});
    if (Chooses)
      Found.Notes.push_back(
          {Chooses->event().Where, "the only receiver may go on without it"});
    else
      Found.Notes.push_back(
          {C.Maker->Where, "'" + C.Maker->Id.str().str() +
                               "' can return without receiving from it"});
    Found.Notes.push_back(
        {Send.event().Where, "give " + Name +
                                 " a buffer of one, so that the "
                                 "answer can be left there"});
    offerBuffer(C, Found);
    if (Sends.size() == 1)
      offerSelect(C, Send, Found);
    Out.push_back(std::move(Found));
  }
  return Out;
}

static const CheckRegistration X("runnel-chan-sender-leak", Level::Default,
                                 run);

} // namespace runnel
