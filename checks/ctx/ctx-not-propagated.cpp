//===- ctx-not-propagated.cpp - A new context where one was given ---------===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"
#include "checks/ctx/Contexts.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <map>

namespace runnel::ctx {

using namespace analysis;
using ir::Event;
using ir::Function;
using ir::Op;
using ir::Operand;

namespace {

class Pass {
public:
  explicit Pass(const Facts &F) : P(F.program()) {
    for (const Function &Fn : P.module().Functions)
      if (!Fn.Params.empty() && Fn.Params[0].Type.Is == ir::Role::Context &&
          !Fn.Lambda)
        TakesContext[Fn.Id].push_back(&Fn);
  }

  std::vector<Finding> run() {
    if (TakesContext.empty())
      return {};
    for (const Function &Fn : P.module().Functions) {
      if (!Fn.Defined || Fn.System || Fn.Destructor)
        continue;
      if (std::optional<Given> G = givenContext(Fn, !isStarted(Fn)))
        look(Fn, *G);
    }
    return std::move(Out);
  }

private:
  /// A goroutine or a handler: what it does may be meant to go on.
  bool isStarted(const Function &Fn) const {
    if (!Fn.Lambda)
      return false;
    const Function *Parent = Fn.Parent ? P.function(Fn.Parent) : nullptr;
    bool Started = !Parent;
    if (Parent)
      forEachEvent(*Parent, [&](Point, const Event &E) {
        Started |= E.What == Op::Spawn && E.Callee == Fn.Symbol;
        for (const ir::SelectCase &C : E.Cases)
          Started |= C.Handler.Symbol == Fn.Symbol;
      });
    return Started;
  }

  /// A context that never ends, and what names it.
  static bool isFresh(const Event &E) {
    return E.What == Op::MakeContext && E.Text == "background";
  }

  void look(const Function &Fn, const Given &G) {
    std::map<ir::PlaceId, const Event *> Made;
    forEachEvent(Fn, [&](Point, const Event &E) {
      if (isFresh(E) && E.Subject != ir::NoPlace &&
          (Fn.place(E.Subject).Root == ir::Place::Unknown ||
           Fn.place(E.Subject).Root == ir::Place::Result ||
           Fn.place(E.Subject).Root == ir::Place::Local))
        Made[E.Subject] = &E;
    });
    groups(Fn, G);
    auto Fresh = [&](const Operand &O) -> const Event * {
      auto It = Made.find(O.Place);
      return O.Place == ir::NoPlace || It == Made.end() ? nullptr : It->second;
    };
    forEachEvent(Fn, [&](Point At, const Event &E) {
      if (E.What != Op::Call && E.What != Op::Block &&
          E.What != Op::MakeContext)
        return;
      if (afterEnd(Fn, At, G, E.Callee))
        return;
      for (const Operand &O : E.Args)
        if (const Event *New = Fresh(O)) {
          if (E.What == Op::MakeContext || takesContext(E))
            tell(Fn, G, called(E), New);
          return;
        }
      if (E.What == Op::Call || E.What == Op::Block)
        overload(Fn, G, E);
    });
  }

  /// group g(context::background()).
  void groups(const Function &Fn, const Given &G) {
    forEachEvent(Fn, [&](Point At, const Event &E) {
      if (!isFresh(E) || afterEnd(Fn, At, G, {}))
        return;
      for (const ir::Variable &V : Fn.Locals)
        if (V.Type.Is == ir::Role::Group &&
            V.Declaration.Begin.File == E.Where.Begin.File &&
            V.Where.Begin.Offset < E.Where.Begin.Offset &&
            E.Where.endOffset() <= V.Declaration.endOffset())
          tell(Fn, G, "'" + V.Id.str().str() + "'", &E);
    });
  }

  bool takesContext(const Event &E) const {
    const Function *Callee = E.Callee ? P.function(E.Callee) : nullptr;
    return !Callee || llvm::any_of(Callee->Params, [](const ir::Variable &V) {
      return V.Type.Is == ir::Role::Context;
    });
  }

  /// The given context has been seen to end, or is asked about: what follows
  /// may be meant to be done nevertheless.
  /// A call that got it has been asked for its result: what follows may clean
  /// up after a failure, unless it is the same call once more.
  static bool afterEnd(const Function &Fn, Point At, const Given &G,
                       ir::Name Callee) {
    const uint32_t Here = rangeAt(Fn, At).Begin.Offset;
    bool Asked = false, Again = false;
    forEachEvent(Fn, [&](Point, const Event &E) {
      if (E.Where.Begin.Offset >= Here)
        return;
      Again |= Callee && E.Callee == Callee &&
               llvm::any_of(
                   E.Args, [&](const Operand &O) { return G.is(Fn, O.Place); });
      Asked |= (E.What == Op::Recv && G.isDone(Fn, E.Subject)) ||
               (E.What == Op::Select &&
                llvm::any_of(E.Cases, [&](const ir::SelectCase &C) {
                  return G.isDone(Fn, C.Channel);
                }));
      Asked |= E.What == Op::Call && G.is(Fn, E.Subject);
    });
    for (const ir::Block &B : Fn.Blocks)
      if (B.TermRange.valid() && B.TermRange.Begin.Offset < Here)
        Asked |= G.is(Fn, B.Cond.Subject) ||
                 ((!Again || asksItself(B.Cond.Text.str(), G.Name.str())) &&
                  llvm::any_of(B.Cond.Reads,
                               [&](ir::PlaceId Id) { return G.is(Fn, Id); }));
    return Asked;
  }

  /// `ctx.err()`, `ended(ctx)`.
  static bool asksItself(llvm::StringRef Text, llvm::StringRef Name) {
    for (size_t At = Text.find(Name); At != llvm::StringRef::npos;
         At = Text.find(Name, At + 1)) {
      if (At > 0 && (llvm::isAlnum(Text[At - 1]) || Text[At - 1] == '_'))
        continue;
      const llvm::StringRef Rest = Text.drop_front(At + Name.size());
      if (Rest.starts_with(".") || Rest.starts_with("->") ||
          (Rest.starts_with(")") && At > 0 && Text[At - 1] == '('))
        return true;
    }
    return false;
  }

  std::string called(const Event &E) const {
    const Function *Callee = E.Callee ? P.function(E.Callee) : nullptr;
    return "'" +
           (Callee   ? Callee->Id.str().str()
            : E.Text ? E.Text.str().str()
                     : std::string("the call")) +
           "'";
  }

  Finding &start(const Function &Fn, const Given &G, ir::Range Where,
                 std::string Message) {
    Finding Found;
    Found.Check = "runnel-ctx-not-propagated";
    Found.Where = Where;
    Found.Symbol = Fn.Id.str().str();
    Found.Message = std::move(Message);
    Found.Notes.push_back({G.Where, "the context it was given"});
    Found.Notes.push_back(
        {Where, "pass '" + G.Name.str().str() + "', or what is made of it"});
    Out.push_back(std::move(Found));
    return Out.back();
  }

  void tell(const Function &Fn, const Given &G, const std::string &Who,
            const Event *Made) {
    const std::string Name = G.Name.str().str();
    Finding &Found =
        start(Fn, G, Made->Where,
              Who + " gets a context that never ends instead of '" + Name +
                  "': it goes on when '" + Name + "' has ended");
    if (Made->Where.editable())
      Found.Fixes.push_back({"pass '" + Name + "'", {{Made->Where, Name}}});
  }

  /// fetch(url) where there is a fetch(ctx, url) too.
  void overload(const Function &Fn, const Given &G, const Event &E) {
    const Function *Callee = E.Callee ? P.function(E.Callee) : nullptr;
    if (!Callee || Callee->System ||
        llvm::any_of(Callee->Params, [](const ir::Variable &V) {
          return V.Type.Is == ir::Role::Context;
        }))
      return;
    auto It = TakesContext.find(Callee->Id);
    if (It == TakesContext.end())
      return;
    for (const Function *Better : It->second) {
      if (Better == &Fn || !(Better->Record == Callee->Record) ||
          Better->Params.size() != Callee->Params.size() + 1 ||
          !std::equal(Callee->Params.begin(), Callee->Params.end(),
                      Better->Params.begin() + 1,
                      [](const ir::Variable &A, const ir::Variable &B) {
                        return A.Type.Spelling == B.Type.Spelling;
                      }))
        continue;
      Finding &Found =
          start(Fn, G, E.Where,
                called(E) + " is called without '" + G.Name.str().str() +
                    "', which its other overload takes");
      Found.Notes.insert(Found.Notes.begin() + 1,
                         {Better->Where, "the overload that takes a context"});
      return;
    }
  }

  const ir::Program &P;
  std::map<ir::Name, std::vector<const Function *>> TakesContext;
  std::vector<Finding> Out;
};

} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  return Pass(F).run();
}

static const CheckRegistration X("runnel-ctx-not-propagated", Level::Default,
                                 run);

} // namespace runnel::ctx
