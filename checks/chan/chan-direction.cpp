//===- chan-direction.cpp - Parameters that could say which end they are --===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel {

using namespace analysis;
using ir::Op;

namespace {
struct Ends {
  bool Sends = false, Receives = false, Closes = false, Other = false;
};
} // namespace

/// What \p F, and the lambdas in it, do with the places \p Names.
static void look(const ir::Program &P, const ir::Function &F,
                 const std::vector<ir::PlaceId> &Names, Ends &Out) {
  auto Is = [&](ir::PlaceId Place) {
    return Place != ir::NoPlace && llvm::is_contained(Names, Place);
  };
  forEachEvent(F, [&](Point, const ir::Event &E) {
    switch (E.What) {
    case Op::Send:
      Out.Sends |= Is(E.Subject);
      break;
    case Op::Recv:
      Out.Receives |= Is(E.Subject);
      break;
    case Op::Close:
      Out.Closes |= Is(E.Subject);
      break;
    case Op::Access: // reads of the handle itself
      Out.Other |= Is(E.Subject) && E.has(ir::Write | ir::AddressTaken);
      break;
    case Op::Declare:
    case Op::ScopeEnd:
      break;
    case Op::Select:
      for (const ir::SelectCase &C : E.Cases) {
        if (!Is(C.Channel))
          continue;
        Out.Sends |= C.How == ir::SelectCase::Send;
        Out.Receives |= C.How == ir::SelectCase::Recv;
      }
      break;
    default:
      // size(), comparisons, assignments, returns.
      Out.Other |= Is(E.Subject) || Is(E.Other);
      break;
    }
    if (E.What != Op::Closure)
      for (const ir::Operand &A : E.Args)
        Out.Other |= Is(A.Place);
    for (const ir::SelectCase &C : E.Cases)
      Out.Other |= Is(C.Value.Place);
  });
  for (const ir::Function *L : P.lambdas(F.Symbol)) {
    std::vector<ir::PlaceId> There;
    for (size_t C = 0; C != L->Captures.size(); ++C)
      if (Is(L->Captures[C].Source))
        for (ir::PlaceId Place = 0; Place != L->Places.size(); ++Place)
          if (L->place(Place).Root == ir::Place::Capture &&
              L->place(Place).Index == C && L->place(Place).Path.empty())
            There.push_back(Place);
    if (!There.empty())
      look(P, *L, There, Out);
  }
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  const ir::Program &P = F.program();
  for (const ir::Function &Fn : P.module().Functions) {
    if (!Fn.Defined || Fn.System || Fn.Incomplete || Fn.Virtual ||
        Fn.Operator * !Fn.Lambda || Fn.Template || Fn.Main || Fn.Coroutine ||
        Fn.Constructor || !Fn.Overrides.empty())
      continue;
    for (size_t I = 0; I != Fn.Params.size(); ++I) {
      const ir::Variable &Param = Fn.Params[I];
      if (Param.Type.Is != ir::Role::Channel || Param.Type.Pointer ||
          Param.Type.RValue || Param.Id.empty() ||
          (Param.Type.Reference && !Param.Type.Const))
        continue;
      std::vector<ir::PlaceId> Names;
      for (ir::PlaceId Place = 0; Place != Fn.Places.size(); ++Place)
        if (Fn.place(Place).Root == ir::Place::Param &&
            Fn.place(Place).Index == I && Fn.place(Place).Path.empty())
          Names.push_back(Place);
      Ends E;
      look(P, Fn, Names, E);
      if (E.Other || E.Sends == E.Receives || (E.Receives && E.Closes))
        continue;
      llvm::StringRef Spelling = Param.Type.Spelling.str();
      if (!Spelling.contains("channel<"))
        continue;
      std::string Name = Param.Id.str().str();
      std::string End = E.Sends ? "sender" : "receiver";
      Finding Found;
      Found.Check = "runnel-chan-direction";
      Found.Where = Param.Where;
      Found.Symbol = Fn.Id.str().str() + "::" + Name;
      Found.Message = "'" + Name + "' is only " +
                      (E.Sends ? "sent on" : "received from") +
                      ", but its type lets '" + Fn.Id.str().str() + "' do both";
      std::string Text = Spelling.str();
      size_t At = Text.find("channel<");
      Text.replace(At, 7, End);
      Found.Notes.push_back(
          {Param.Where, "take a '" + End +
                            "', so that callers see which end "
                            "it is and the compiler keeps it so"});
      // Where the declaration is the definition, and spelled out in full.
      llvm::StringRef Short = Spelling;
      Short.consume_front("runnel::");
      const ir::Range &Written = Param.TypeText;
      if ((Fn.Lambda || Fn.Internal) && Written.editable()) {
        if (Written.Length == Spelling.size())
          Found.Fixes.push_back({"take a " + End, {{Written, Text}}});
        else if (Written.Length == Short.size())
          Found.Fixes.push_back({"take a " + End, {{Written, Text.substr(8)}}});
      }
      Out.push_back(std::move(Found));
    }
  }
  return Out;
}

static const CheckRegistration X("runnel-chan-direction", Level::Advice, run);

} // namespace runnel
