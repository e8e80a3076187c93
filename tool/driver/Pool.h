//===- Pool.h - Worker processes --------------------------------*- C++ -*-===//
//
// Hands messages to processes of this same binary (`runnel worker`), one at a
// time each, and their answers back. A message whose worker dies, hangs or
// outgrows its memory costs that message alone.
//
// Invariants:
//  1. Every message gets exactly one Outcome, in any order, unless the run is
//     interrupted.
//  2. No worker outlives the pool: they are killed, and die with their parent
//     in any case (PR_SET_PDEATHSIG, end of file on their pipe).
//  3. A message that ran out of memory in a worker that had done others before
//     is tried once more in a fresh one: what is left of others is no fault of
//     its own, and results must not depend on -j.
//
// Thread safety: one Pool in a process; run() from one thread.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_DRIVER_POOL_H
#define RUNNEL_TOOL_DRIVER_POOL_H

#include "llvm/ADT/StringRef.h"

#include <functional>
#include <string>
#include <vector>

namespace runnel::tool {

struct Limits {
  unsigned Jobs = 1;
  unsigned Seconds = 300;   ///< of CPU time for one message
  uint64_t MemoryMb = 4096; ///< of private memory for one worker
};

struct Outcome {
  enum Kind : uint8_t { Done, Crashed, TimedOut, OutOfMemory } How = Done;
  std::string Bytes; ///< the answer
  std::string Said;  ///< what a worker that died last wrote to stderr
  int Signal = 0;
};

/// What the kernel was told to execute as this process, for where there is no
/// /proc to ask; from the working directory if it is relative.
const char *startedFile();

/// The number of processors this process may use.
unsigned usableCores();

class Pool {
public:
  explicit Pool(Limits L) : L(L) {}

  /// False: interrupted by SIGINT or SIGTERM; workers are gone.
  bool run(const std::vector<std::string> &Messages,
           const std::function<void(size_t, Outcome)> &Done,
           const std::function<void()> &Tick);

  /// The signal that ended run(), or 0.
  int interruptedBy() const { return InterruptSignal; }

private:
  Limits L;
  int InterruptSignal = 0;
};

/// The other end: reads messages from stdin until it closes. \p Work turns a
/// message into an answer; \p Stale: the worker has grown and wants replacing.
int serveMessages(const std::function<std::string(llvm::StringRef)> &Work,
                  Limits L);

} // namespace runnel::tool

#endif
