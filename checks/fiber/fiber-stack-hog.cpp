//===- fiber-stack-hog.cpp - More stack than a goroutine has --------------===//

#include "checks/Check.h"
#include "checks/analysis/Paths.h"
#include "checks/fiber/Way.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::fiber {

using namespace analysis;
using ir::Event;
using ir::Function;

namespace {

class Pass {
public:
  Pass(const Facts &F, const Options &O)
      : F(F), MaxFrame(O.get("MaxFrame", 16384L)),
        Recursion(O.get("Recursion", false)) {}

  std::vector<Finding> run() {
    std::vector<Finding> Out;
    for (const Function *Fn : F.goroutines().functions())
      if (std::optional<Finding> Found = look(*Fn)) {
        tellWay(F, *Fn, *Found);
        Found->Notes.push_back(
            {Found->Where, Advice + ", or give goroutines more stack: "
                                    "runnel::options::stack_size"});
        Out.push_back(std::move(*Found));
      }
    return Out;
  }

private:
  std::optional<Finding> look(const Function &Fn) {
    uint64_t Sum = 0;
    const ir::Variable *Largest = nullptr;
    for (const ir::Variable &V : Fn.Locals) {
      if (!V.Bytes)
        continue;
      Sum += V.Bytes == ir::UnknownSize ? 0 : V.Bytes;
      if (!Largest || V.Bytes > Largest->Bytes)
        Largest = &V;
    }
    if (Largest && Largest->Bytes == ir::UnknownSize) {
      Advice = "use a std::vector";
      return start(Fn, Largest->Where,
                   "'" + Largest->Id.str().str() +
                       "' is as large as the program says when it runs, on a "
                       "goroutine's small stack");
    }
    if (Sum >= uint64_t(MaxFrame)) {
      Advice = "use a std::vector or std::make_unique";
      const bool Alone = Largest->Bytes == Sum;
      return start(Fn, Largest->Where,
                   (Alone ? "'" + Largest->Id.str().str() + "' takes "
                          : "the locals of '" + Fn.Id.str().str() + "' take ") +
                       std::to_string(Sum) +
                       " bytes of a goroutine's stack, which has 65536 if the "
                       "program asks for no more");
    }
    if (const Event *E = allocation(Fn)) {
      Advice = "use a std::vector";
      return start(Fn, E->Where,
                   "'alloca' takes as much of a goroutine's small stack as the "
                   "program says when it runs");
    }
    if (isRecursive(Fn) && (Recursion || Sum >= 1024)) {
      Advice = "keep what is still to do in a container";
      return start(
          Fn, Fn.Where,
          "'" + Fn.Id.str().str() + "' calls itself" +
              (Sum ? " with " + std::to_string(Sum) + " bytes of locals"
                   : std::string()) +
              ", and a goroutine's stack is small");
    }
    return deepCall(Fn);
  }

  const Event *allocation(const Function &Fn) const {
    const Event *Found = nullptr;
    forEachEvent(Fn, [&](Point, const Event &E) {
      if (E.What != ir::Op::Call || E.Text != "alloca" || E.Args.size() != 1)
        return;
      const ir::Operand &Size = E.Args[0];
      if (!Found && (Size.How != ir::Operand::Number || Size.Value >= MaxFrame))
        Found = &E;
    });
    return Found;
  }

  bool isRecursive(const Function &Fn) const {
    const CallGraph &G = F.callGraph();
    return llvm::any_of(G.callees(Fn), [&](const CallEdge &E) {
      return G.componentOf(*E.Callee) == G.componentOf(Fn);
    });
  }

  std::optional<Finding> deepCall(const Function &Fn) {
    std::optional<Finding> Found;
    forEachEvent(Fn, [&](Point, const Event &E) {
      const Function *Callee = E.What == ir::Op::Call && E.Callee && !Found
                                   ? F.program().function(E.Callee)
                                   : nullptr;
      if (!Callee || !Callee->DeepStack)
        return;
      Advice = "match in a thread of its own, or with a matcher that does not "
               "recurse";
      Found = start(Fn, E.Where,
                    "'" + Callee->Id.str().str() +
                        "' recurses once for every character of its input, on "
                        "a goroutine's small stack");
    });
    return Found;
  }

  static Finding start(const Function &Fn, ir::Range Where,
                       std::string Message) {
    Finding Found;
    Found.Check = "runnel-fiber-stack-hog";
    Found.Where = Where;
    Found.Symbol = Fn.Id.str().str();
    Found.Message = std::move(Message);
    return Found;
  }

  const Facts &F;
  const long MaxFrame;
  const bool Recursion;
  std::string Advice;
};

} // namespace

static std::vector<Finding> run(const Facts &F, const Options &O) {
  return Pass(F, O).run();
}

static const OptionInfo Known[] = {
    {"MaxFrame", "16384", "bytes of locals from which a frame is large"},
    {"Recursion", "false",
     "report every function that calls itself, however little it keeps on the "
     "stack"}};

static const CheckRegistration X("runnel-fiber-stack-hog", Level::Default, run,
                                 Known, /*WholeProgram=*/true);

} // namespace runnel::fiber
