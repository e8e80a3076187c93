//===- NonBlocking.cpp - Sockets that make nobody wait --------------------===//

#include "checks/scope/NonBlocking.h"

#include "checks/UnderLock.h"

#include "llvm/ADT/STLExtras.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <map>

namespace runnel::scope {

using ir::Event;
using ir::Function;
using ir::Operand;

namespace {

/// The argument of a call that says it is about the mode, and how.
struct Setter {
  uint32_t Argument = 0;
  int64_t Bits = 0;   ///< that are set in it
  int64_t Equals = 0; ///< or what it is; both 0: the name says all
};

/// `set_nonblocking`, `setNonBlock`; not what asks whether it is so.
bool saysSo(llvm::StringRef Name) {
  const size_t At = Name.rfind(':');
  const std::vector<std::string> Words =
      wordsOf(At == llvm::StringRef::npos ? Name : Name.drop_front(At + 1));
  if (Words.empty() || Words.front() == "is" || Words.front() == "get" ||
      Words.front() == "has")
    return false;
  for (size_t I = 0; I < Words.size(); ++I)
    if (llvm::StringRef(Words[I]).starts_with("nonblock") ||
        (Words[I] == "non" && I + 1 < Words.size() &&
         llvm::StringRef(Words[I + 1]).starts_with("block")))
      return true;
  return false;
}

std::optional<Setter> setterOf(llvm::StringRef Name) {
  if (Name == "fcntl" || Name == "fcntl64")
    return Setter{1, 0, F_SETFL};
  if (Name == "ioctl")
    return Setter{1, 0, FIONBIO};
  if (Name == "socket" || Name == "socketpair")
    return Setter{1, SOCK_NONBLOCK, 0};
  if (Name == "accept4")
    return Setter{3, SOCK_NONBLOCK, 0};
  if (saysSo(Name))
    return Setter{};
  return std::nullopt;
}

bool sets(const Event &E, const Setter &How) {
  if (How.Bits == 0 && How.Equals == 0)
    return true;
  if (E.Args.size() <= How.Argument ||
      E.Args[How.Argument].How != Operand::Number)
    return false;
  const int64_t Value = E.Args[How.Argument].Value;
  return How.Bits ? (Value & How.Bits) != 0 : Value == How.Equals;
}

} // namespace

NonBlocking::NonBlocking(const ir::Program &P) {
  std::map<ir::Name, Setter> Setters;
  for (const Function &F : P.module().Functions)
    if (std::optional<Setter> How = setterOf(F.Id.str()))
      Setters[F.Symbol] = *How;
  if (Setters.empty())
    return;
  for (const Function &F : P.module().Functions)
    for (const ir::Block &B : F.Blocks)
      for (const Event &E : B.Events) {
        if (E.What != ir::Op::Call && E.What != ir::Op::Block)
          continue;
        auto How = Setters.find(E.Callee);
        if (How != Setters.end() && sets(E, How->second))
          Files.insert(F.Where.Begin.File);
      }
}

bool NonBlocking::isLikely(const Function &In, llvm::StringRef Callee) const {
  static const llvm::StringRef OnSockets[] = {
      "accept", "accept4", "connect", "recv",    "recvfrom",
      "send",   "sendto",  "recvmsg", "sendmsg",
  };
  return llvm::is_contained(OnSockets, Callee) &&
         Files.count(In.Where.Begin.File);
}

} // namespace runnel::scope
