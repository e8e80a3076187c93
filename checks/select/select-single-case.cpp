//===- select-single-case.cpp - Selects with nothing to choose from -------===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

namespace runnel {

using namespace analysis;

/// What a variable, or a member of this object, is called; empty: no such.
static std::string nameOf(const ir::Function &F, ir::PlaceId Place) {
  if (Place == ir::NoPlace)
    return {};
  const ir::Place &P = F.place(Place);
  if (P.Root == ir::Place::This && P.Path.size() == 1 &&
      P.Path[0].How == ir::Step::Field)
    return P.Path[0].Id.str().str();
  if (!P.Path.empty())
    return {};
  switch (P.Root) {
  case ir::Place::Local:
    return F.Locals[P.Index].Id.str().str();
  case ir::Place::Param:
    return F.Params[P.Index].Id.str().str();
  case ir::Place::Capture:
    return F.Captures[P.Index].Id.str().str();
  default:
    return {};
  }
}

/// `select(on_recv(c));` as a statement of its own, without a handler.
static void offerPlain(const ir::Function &F, const ir::Event &E,
                       Finding &Found) {
  const ir::SelectCase &C = E.Cases.front();
  std::string Name = nameOf(F, C.Channel);
  bool Alone = E.Statement.Begin == E.Where.Begin &&
               E.Statement.Length == E.Where.Length + 1;
  if (!E.Where.editable() || !Alone || Name.empty() || C.Named != ir::NoPlace ||
      C.Handler.How == ir::Operand::Lambda || C.Handler.Place != ir::NoPlace)
    return;
  std::string Text = Name + ".recv()";
  if (C.How == ir::SelectCase::Send) {
    std::string Value = C.Value.How == ir::Operand::Number
                            ? std::to_string(C.Value.Value)
                        : C.Value.How == ir::Operand::PlaceArg && !C.Value.Moved
                            ? nameOf(F, C.Value.Place)
                            : std::string();
    if (Value.empty())
      return;
    Text = Name + ".send(" + Value + ")";
  } else if (C.Handler.How != ir::Operand::Other) {
    return;
  }
  Found.Fixes.push_back(
      {"make it a plain " +
           std::string(C.How == ir::SelectCase::Send ? "send" : "receive"),
       {{E.Where, Text}}});
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ir::Function &Fn : F.program().module().Functions)
    forEachEvent(Fn, [&](Point, const ir::Event &E) {
      if (E.What != ir::Op::Select || E.Cases.size() != 1)
        return;
      const ir::SelectCase &C = E.Cases.front();
      if (C.How != ir::SelectCase::Recv && C.How != ir::SelectCase::Send)
        return;
      bool Sends = C.How == ir::SelectCase::Send;
      Finding Found;
      Found.Check = "runnel-select-single-case";
      Found.Where = E.Where;
      Found.Symbol = Fn.Id.str().str();
      Found.Message = "a select with a single case is a plain " +
                      std::string(Sends ? "send" : "receive");
      Found.Notes.push_back({C.Where, "this is its only case"});
      Found.Notes.push_back({E.Where, std::string("call ") +
                                          (Sends ? "send" : "recv") +
                                          " on the channel, or add the case "
                                          "that is missing"});
      offerPlain(Fn, E, Found);
      Out.push_back(std::move(Found));
    });
  return Out;
}

static const CheckRegistration X("runnel-select-single-case", Level::Default,
                                 run);

} // namespace runnel
