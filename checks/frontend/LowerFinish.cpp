//===- LowerFinish.cpp - Putting a function's blocks in order -------------===//

#include "checks/frontend/Lowering.h"
#include "checks/ir/Places.h"

namespace runnel::frontend {

using namespace clang;
using ir::NoPlace;
using ir::PlaceId;

/// Makes the block that enters a try block end there, with the handlers beside
/// the body.
void Lowering::splitAtTries() {
  if (Facts.Tries.empty())
    return;
  auto Inside = [&](int Try, int Of) {
    for (; Try >= 0; Try = Facts.Tries[Try].Outer)
      if (Try == Of)
        return true;
    return false;
  };
  // Numbers of events do not change: the halves of a block stay neighbours.
  for (int Try = 0; Try < int(Facts.Tries.size()); ++Try) {
    auto Dispatch = TryDispatch.find(Facts.Tries[Try].What);
    if (Dispatch == TryDispatch.end())
      continue;
    uint32_t Number = 0;
    for (size_t B = 0; B < F.Blocks.size(); ++B) {
      size_t At = 0;
      size_t Count = F.Blocks[B].Events.size();
      while (At < Count && !Inside(TryOfEvent[Number + At], Try))
        ++At;
      Number += Count;
      if (At == Count)
        continue;
      // The dispatch block's successors are the handlers.
      ir::BlockId Handlers = Dispatch->second;
      ir::Block Rest;
      ir::Block &Head = F.Blocks[B];
      Rest.Events.assign(std::make_move_iterator(Head.Events.begin() + At),
                         std::make_move_iterator(Head.Events.end()));
      Head.Events.resize(At);
      Rest.Cond = std::move(Head.Cond);
      Rest.Term = Head.Term;
      Rest.TermRange = Head.TermRange;
      Rest.Succs = std::move(Head.Succs);
      Rest.CaseValues = std::move(Head.CaseValues);
      Rest.Trips = std::move(Head.Trips);
      Rest.Leaves = Head.Leaves;
      Head.Leaves = false;
      Head.Cond = {};
      Head.CaseValues.clear();
      Head.Trips = {};
      Head.Term = ir::Terminator::Try;
      Head.TermRange = Where.range(Facts.Tries[Try].What->getSourceRange());
      F.Blocks.insert(F.Blocks.begin() + B + 1, std::move(Rest));
      auto Shift = [&](ir::BlockId &Id) {
        if (Id > B)
          ++Id;
      };
      for (ir::Block &Block : F.Blocks)
        for (ir::BlockId &Id : Block.Succs)
          Shift(Id);
      for (auto &Entry : TryDispatch)
        Shift(Entry.second);
      Shift(Handlers);
      F.Blocks[B].Succs = {ir::BlockId(B + 1)};
      for (ir::BlockId Handler : F.Blocks[Handlers].Succs)
        F.Blocks[B].Succs.push_back(Handler);
      break;
    }
  }
}

/// Blocks that only lead on are left out, and a block that follows its only
/// predecessor becomes part of it. The order of events stays.
void Lowering::simplify() {
  auto Leads = [&](ir::BlockId Id) {
    const ir::Block &B = F.Blocks[Id];
    return Id != 0 && B.Events.empty() && B.Term == ir::Terminator::None &&
           B.Succs.size() == 1 && B.Succs[0] != Id && !B.Catch && !B.Leaves &&
           B.Cond.What == ir::Condition::None;
  };
  for (ir::Block &B : F.Blocks)
    for (ir::BlockId &Next : B.Succs)
      for (unsigned Steps = 0; Leads(Next) && Steps < F.Blocks.size(); ++Steps)
        Next = F.Blocks[Next].Succs[0];
  for (ir::Block &B : F.Blocks)
    if (B.Term == ir::Terminator::If && B.Succs.size() == 2 &&
        B.Succs[0] == B.Succs[1]) {
      // Both ways lead to the same place.
      B.Succs.pop_back();
      B.Term = ir::Terminator::None;
      B.Cond = {};
      B.TermRange = {};
    }
  std::vector<unsigned> Preds(F.Blocks.size(), 0);
  std::vector<bool> Kept(F.Blocks.size(), false);
  std::vector<ir::BlockId> Work{0};
  Kept[0] = true;
  ++Preds[0];
  auto Reach = [&](ir::BlockId Id) {
    if (!Kept[Id]) {
      Kept[Id] = true;
      Work.push_back(Id);
    }
  };
  // The exit and the handlers stay, whether or not anything leads there.
  for (ir::BlockId Id = 0; Id < F.Blocks.size(); ++Id)
    if (F.Blocks[Id].Leaves || F.Blocks[Id].Catch)
      Reach(Id);
  while (!Work.empty()) {
    ir::BlockId Id = Work.back();
    Work.pop_back();
    for (ir::BlockId Next : F.Blocks[Id].Succs) {
      ++Preds[Next];
      Reach(Next);
    }
  }
  std::vector<ir::BlockId> Renamed(F.Blocks.size(), 0);
  std::vector<ir::Block> Out;
  for (ir::BlockId Id = 0; Id < F.Blocks.size(); ++Id) {
    if (!Kept[Id]) {
      // Nothing may be lost: numbers of later events count these too.
      if (!F.Blocks[Id].Events.empty()) {
        Renamed[Id] = Out.size();
        Out.push_back(std::move(F.Blocks[Id]));
      }
      continue;
    }
    ir::Block &B = F.Blocks[Id];
    if (!Out.empty()) {
      ir::Block &Last = Out.back();
      bool Joins = Last.Succs.size() == 1 && Last.Succs[0] == Id &&
                   Preds[Id] == 1 && Last.Term == ir::Terminator::None &&
                   Last.Cond.What == ir::Condition::None && !B.Catch &&
                   B.Trips.What == ir::TripCount::Unknown;
      if (Joins) {
        Renamed[Id] = Out.size() - 1;
        Last.Events.insert(Last.Events.end(),
                           std::make_move_iterator(B.Events.begin()),
                           std::make_move_iterator(B.Events.end()));
        Last.Cond = std::move(B.Cond);
        Last.Term = B.Term;
        Last.TermRange = B.TermRange;
        Last.Succs = std::move(B.Succs);
        Last.CaseValues = std::move(B.CaseValues);
        Last.Leaves = B.Leaves;
        continue;
      }
    }
    Renamed[Id] = Out.size();
    Out.push_back(std::move(B));
  }
  for (ir::Block &B : Out)
    for (ir::BlockId &Next : B.Succs)
      Next = Renamed[Next];
  F.Blocks = std::move(Out);
}

void Lowering::finish() {
  // Which blocks an exception cannot leave.
  uint32_t Number = 0;
  for (ir::Block &B : F.Blocks) {
    bool All = !B.Events.empty();
    for (size_t I = 0; I < B.Events.size(); ++I)
      All &= Facts.catchesAll(TryOfEvent[Number + I]);
    Number += B.Events.size();
    B.InTry = All;
  }
  simplify();
  // Places that were only steps on the way to others are dropped.
  std::vector<PlaceId> Renamed(F.Places.size(), NoPlace);
  std::vector<bool> Used(F.Places.size(), false);
  ir::forEachPlace(F, [&](PlaceId P) {
    if (P != NoPlace)
      Used[P] = true;
  });
  for (PendingLambda &L : Lambdas)
    for (ir::Capture &C : L.Captures)
      if (C.Source != NoPlace)
        Used[C.Source] = true;
  std::vector<ir::Place> Kept;
  for (PlaceId P = 0; P < F.Places.size(); ++P)
    if (Used[P]) {
      Renamed[P] = Kept.size();
      Kept.push_back(std::move(F.Places[P]));
    }
  F.Places = std::move(Kept);
  ir::forEachPlace(F, [&](PlaceId &P) {
    if (P != NoPlace)
      P = Renamed[P];
  });
  for (PendingLambda &L : Lambdas)
    for (ir::Capture &C : L.Captures)
      if (C.Source != NoPlace)
        C.Source = Renamed[C.Source];
}

} // namespace runnel::frontend
