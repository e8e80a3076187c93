//===- atomic-split-update.cpp - Updates of an atomic in two steps --------===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/HeldLocks.h"
#include "checks/analysis/Paths.h"

namespace runnel {

using namespace analysis;

/// The plain form `n` rather than n.load(order): whoever writes the latter has
/// thought about orders, and mostly knows there is one writer.
static bool isPlain(const ir::Event &E) {
  return E.Spelling && E.Where.Length == E.Spelling.str().size();
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ir::Function &Fn : F.program().module().Functions) {
    if (Fn.Constructor || Fn.Destructor)
      continue;
    for (ir::BlockId B = 0; B != Fn.Blocks.size(); ++B) {
      const auto &Events = Fn.Blocks[B].Events;
      for (uint32_t I = 0; I != Events.size(); ++I) {
        const ir::Event &R = Events[I];
        if (R.What != ir::Op::Access || !R.has(ir::AtomicAccess) ||
            !R.has(ir::Read) || R.has(ir::Write) || !isPlain(R))
          continue;
        // A local atomic is shared only while something refers to it.
        if (Fn.place(R.Subject).Root == ir::Place::Local)
          continue;
        for (uint32_t J = I + 1; J != Events.size(); ++J) {
          const ir::Event &W = Events[J];
          if (!(W.Statement == R.Statement) || W.Subject != R.Subject ||
              W.What != ir::Op::Access || !W.has(ir::Write))
            continue;
          if (W.has(ir::Read) || !W.has(ir::AtomicAccess))
            break;
          std::string Name = R.Spelling.str().str();
          Finding Found;
          Found.Check = "runnel-atomic-split-update";
          Found.Where = W.Where;
          Found.Symbol = Fn.Id.str().str();
          Found.Message = "'" + Name +
                          "' is read and written in two steps: what another "
                          "thread writes between them is lost";
          Found.Notes.push_back({R.Where, "it is read here"});
          Found.Notes.push_back({W.Where, "use one operation: '" + Name +
                                              " += ...', fetch_add, "
                                              "or a compare_exchange loop"});
          // Under a lock there is no other writer, if all of them take it.
          if (F.held(Fn).trivial() || F.held(Fn).before({B, J}).Holds.empty())
            Out.push_back(std::move(Found));
          break;
        }
      }
    }
  }
  return Out;
}

static const CheckRegistration X("runnel-atomic-split-update", Level::Default,
                                 run);

} // namespace runnel
