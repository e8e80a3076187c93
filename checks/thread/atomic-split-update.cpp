//===- atomic-split-update.cpp - Updates of an atomic in two steps --------===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/HeldLocks.h"

#include <optional>

namespace runnel {

using namespace analysis;

/// The plain forms `n` and `n.load()` rather than n.load(order): whoever writes
/// the latter has thought about orders, and mostly knows there is one writer.
static bool isPlain(const ir::Event &E) {
  if (!E.Spelling)
    return false;
  const size_t Bare = E.Spelling.str().size();
  return E.Where.Length == Bare ||
         E.Where.Length == Bare + llvm::StringRef(".load()").size();
}

/// Of one operation: an atomic that is not a local. A local is shared only
/// while something refers to it. Of what a pointer leads to, we do not see how
/// it is read: `p->load(order)`.
static bool isAtomic(const ir::Function &Fn, const ir::Event &E) {
  return E.What == ir::Op::Access && E.has(ir::AtomicAccess) &&
         Fn.place(E.Subject).Root != ir::Place::Local &&
         !Fn.place(E.Subject).Type.Pointer;
}

/// Under a lock there is no other writer, if all of them take it.
static bool isLocked(const Facts &F, const ir::Function &Fn, Point At) {
  return !F.held(Fn).trivial() && !F.held(Fn).before(At).Holds.empty();
}

/// `n = n + 1`: the index of the event that writes what event \p I has read.
static std::optional<uint32_t> writtenBack(const ir::Block &Block, uint32_t I) {
  const auto &Events = Block.Events;
  const ir::Event &R = Events[I];
  if (!R.has(ir::Read) || R.has(ir::Write) || !isPlain(R))
    return std::nullopt;
  for (uint32_t J = I + 1; J != Events.size(); ++J) {
    const ir::Event &W = Events[J];
    if (!(W.Statement == R.Statement) || W.Subject != R.Subject ||
        W.What != ir::Op::Access || !W.has(ir::Write))
      continue;
    if (W.has(ir::Read) || !W.has(ir::AtomicAccess))
      return std::nullopt;
    return J;
  }
  return std::nullopt;
}

/// `n--; if (n == 0)`: the event after the change \p I reads the atomic again,
/// and the block decides by it. A remainder is asked of a count that one thread
/// keeps, to log each thousandth; a mask, of what others change beside it.
static bool isDecidedBy(const ir::Block &Block, uint32_t I) {
  const auto &Events = Block.Events;
  const ir::Event &W = Events[I];
  if (!W.has(ir::Read) || !W.has(ir::Write) || !W.has(ir::ValueKnown) ||
      I + 2 != Events.size())
    return false;
  const ir::Event &R = Events[I + 1];
  return Block.Term == ir::Terminator::If && R.What == ir::Op::Access &&
         R.Subject == W.Subject && R.has(ir::Read) && !R.has(ir::Write) &&
         !(R.Statement == W.Statement) && isPlain(R) &&
         Block.Cond.Reads.size() == 1 && Block.Cond.Reads[0] == W.Subject &&
         Block.Cond.Text.str().find_first_of("%&") == llvm::StringRef::npos;
}

static Finding found(const ir::Function &Fn, const ir::Event &At,
                     const std::string &Message, Note Before,
                     const std::string &Instead) {
  Finding Out;
  Out.Check = "runnel-atomic-split-update";
  Out.Where = At.Where;
  Out.Symbol = Fn.Id.str().str();
  Out.Message = Message;
  Out.Notes.push_back(std::move(Before));
  Out.Notes.push_back({At.Where, Instead});
  return Out;
}

static Finding twoSteps(const ir::Function &Fn, const ir::Event &R,
                        const ir::Event &W) {
  const std::string Name = R.Spelling.str().str();
  return found(Fn, W,
               "'" + Name +
                   "' is read and written in two steps: what another "
                   "thread writes between them is lost",
               {R.Where, "it is read here"},
               "use one operation: '" + Name +
                   " += ...', fetch_add, or a compare_exchange loop");
}

static Finding readAgain(const ir::Function &Fn, const ir::Event &W,
                         const ir::Event &R) {
  const std::string Name = R.Spelling.str().str();
  const bool Down = W.Value < 0;
  return found(Fn, R,
               "'" + Name +
                   "' is changed and then read again: two threads that change "
                   "it may both see the last value, or neither its own",
               {W.Where, "it is changed here"},
               std::string("ask what the change returns: '") +
                   (Down ? "--" : "++") + Name + "', or fetch_" +
                   (Down ? "sub" : "add"));
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ir::Function &Fn : F.program().module().Functions) {
    if (Fn.Constructor || Fn.Destructor)
      continue;
    for (ir::BlockId B = 0; B != Fn.Blocks.size(); ++B) {
      const ir::Block &Block = Fn.Blocks[B];
      for (uint32_t I = 0; I != Block.Events.size(); ++I) {
        const ir::Event &E = Block.Events[I];
        if (!isAtomic(Fn, E))
          continue;
        if (std::optional<uint32_t> J = writtenBack(Block, I)) {
          if (!isLocked(F, Fn, {B, *J}))
            Out.push_back(twoSteps(Fn, E, Block.Events[*J]));
        } else if (isDecidedBy(Block, I) && !isLocked(F, Fn, {B, I})) {
          Out.push_back(readAgain(Fn, E, Block.Events[I + 1]));
        }
      }
    }
  }
  return Out;
}

static const CheckRegistration X("runnel-atomic-split-update", Level::Default,
                                 run);

} // namespace runnel
