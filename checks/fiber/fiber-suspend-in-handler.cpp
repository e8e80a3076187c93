//===- fiber-suspend-in-handler.cpp - Suspending where nothing may wait ---===//

#include "checks/Check.h"
#include "checks/UnderLock.h"
#include "checks/analysis/Paths.h"
#include "checks/fiber/Way.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

#include <set>

namespace runnel::fiber {

using namespace analysis;
using ir::Event;
using ir::Function;
using ir::Op;

namespace {

class Pass {
public:
  explicit Pass(const Facts &F) : F(F), P(F.program()) {}

  std::vector<Finding> run() {
    for (const Function *Fn : F.callGraph().functions()) {
      if (Fn->System)
        continue;
      const bool InGoroutine = F.goroutines().runs(*Fn);
      forEachEvent(*Fn, [&](Point At, const Event &E) {
        if (const Function *H = handler(*Fn, At, E))
          inHandler(*Fn, E, *H);
        if (InGoroutine) {
          inInitialiser(*Fn, At);
          inOnce(*Fn, At, E);
        }
      });
    }
    return std::move(Out);
  }

private:
  const Function *body(const ir::Operand &O) const {
    return (O.How == ir::Operand::Lambda || O.How == ir::Operand::FunctionArg)
               ? P.function(O.Symbol)
               : nullptr;
  }

  /// signal(SIGINT, f), atexit(f), action.sa_handler = f.
  const Function *handler(const Function &Fn, Point At, const Event &E) const {
    if (E.What == Op::Assign && E.Subject != ir::NoPlace && !E.Args.empty()) {
      const auto &Path = Fn.place(E.Subject).Path;
      const bool IsHandler =
          !Path.empty() &&
          llvm::StringSwitch<bool>(
              Path.back().Id ? Path.back().Id.str()
                             : Path.back().Symbol.str().rsplit('@').second)
              .Cases({"sa_handler", "sa_sigaction"}, true)
              .Default(false);
      if (!IsHandler)
        return nullptr;
      const Function *Body = body(E.Args[0]);
      return Body ? Body : madeIn(Fn, At, E);
    }
    if (E.What != Op::Call || !E.Callee)
      return nullptr;
    const Function *Callee = P.function(E.Callee);
    if (!Callee || !Callee->TakesHandler)
      return nullptr;
    for (const ir::Operand &O : E.Args)
      if (const Function *Body = body(O))
        return Body;
    return madeIn(Fn, At, E);
  }

  /// A lambda that becomes a pointer on the way: it is made in the expression.
  const Function *madeIn(const Function &Fn, Point At, const Event &E) const {
    for (const Event &Made : Fn.Blocks[At.Block].Events)
      if (Made.What == Op::Closure &&
          Made.Where.Begin.Offset >= E.Where.Begin.Offset &&
          Made.Where.endOffset() <= E.Where.endOffset())
        return P.function(Made.Callee);
    return nullptr;
  }

  const Effect *suspension(const Function &Body) const {
    for (const Effect &E : F.summaries().of(Body).Effects)
      if (E.Sure && mayLeaveThread(E))
        return &E;
    return nullptr;
  }

  Finding &start(const Function &Fn, ir::Range Where, std::string Message) {
    Finding Found;
    Found.Check = "runnel-fiber-suspend-in-handler";
    Found.Where = Where;
    Found.Symbol = Fn.Id.str().str();
    Found.Message = std::move(Message);
    Out.push_back(std::move(Found));
    return Out.back();
  }

  void inHandler(const Function &Fn, const Event &E, const Function &Body) {
    const Effect *S = suspension(Body);
    if (!S || !Told.insert({&Body, &Fn}).second)
      return;
    const Function *Callee = E.Callee ? P.function(E.Callee) : nullptr;
    const std::string By = Callee ? Callee->Id.str().str() : "sigaction";
    const bool AtExit = llvm::StringRef(By).contains("exit");
    Finding &Found = start(
        Body, rangeAt(Body, S->At),
        suspensionName(P, Body, *S) + " may suspend in " +
            (AtExit ? "a function that runs at the exit of the program"
                    : "a signal handler, which interrupts whatever its thread "
                      "is doing"));
    Found.Notes.push_back({E.Where, "it is given to '" + By + "' here"});
    Found.Notes.push_back(
        {E.Where, AtExit ? "end the goroutines before main returns"
                         : "set a flag, or write a byte to a pipe or an "
                           "eventfd that a goroutine reads"});
  }

  /// static int port = *config.recv();
  void inInitialiser(const Function &Fn, Point At) {
    const ir::Range &Where = eventAt(Fn, At).Where;
    for (const ir::Global &G : P.module().Globals) {
      if (!G.FunctionLocal || !(G.Function == Fn.Symbol) ||
          !(G.Declaration.Begin.File == Where.Begin.File) ||
          Where.Begin.Offset < G.Declaration.Begin.Offset ||
          Where.endOffset() > G.Declaration.endOffset())
        continue;
      std::optional<Effect> S = suspensionAt(F.summaries(), Fn, At);
      if (!S)
        return;
      const std::string Name = "'" + G.Id.str().rsplit(':').second.str() + "'";
      Finding &Found =
          start(Fn, Where,
                suspensionName(P, Fn, *S) + " may suspend while " + Name +
                    " is initialised: whoever comes there next blocks this "
                    "thread, and the goroutine may need it to go on");
      tellWay(F, Fn, Found);
      Found.Notes.push_back({G.Where, "make the value first, or initialise it "
                                      "in a runnel::once"});
      return;
    }
  }

  /// std::call_once of a callable that suspends.
  void inOnce(const Function &Fn, Point At, const Event &E) {
    if (E.What != Op::OnceCall || E.Subject == ir::NoPlace ||
        Fn.place(E.Subject).Type.has(ir::FiberAware))
      return;
    std::optional<Effect> S = suspensionAt(F.summaries(), Fn, At);
    // The callable's body may be told right behind.
    Point Then{At.Block, At.Index + 1};
    if (!S && Then.Index < Fn.Blocks[Then.Block].Events.size() &&
        eventAt(Fn, Then).has(ir::Implicit))
      S = suspensionAt(F.summaries(), Fn, Then);
    if (!S)
      return;
    const std::string Once = pretty(Fn, Fn.place(E.Subject));
    Finding &Found =
        start(Fn, E.Where,
              suspensionName(P, Fn, *S) + " may suspend in what '" + Once +
                  "' runs once: whoever comes there next blocks "
                  "this thread, and the goroutine may need it to "
                  "go on");
    tellWay(F, Fn, Found);
    Found.Notes.push_back(
        {E.Where, "a runnel::once suspends those who come next"});
  }

  const Facts &F;
  const ir::Program &P;
  std::vector<Finding> Out;
  std::set<std::pair<const Function *, const Function *>> Told;
};

} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  return Pass(F).run();
}

static const CheckRegistration X("runnel-fiber-suspend-in-handler",
                                 Level::Default, run, {},
                                 /*WholeProgram=*/true);

} // namespace runnel::fiber
