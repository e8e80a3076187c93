//===- Modules.cpp - Units to modules, through cache and workers ----------===//

#include "tool/driver/Modules.h"

#include "tool/cache/Hash.h"
#include "tool/driver/Paths.h"
#include "tool/driver/Progress.h"

#include "checks/frontend/Frontend.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cstring>
#include <sys/resource.h>

namespace runnel::tool {

const std::string &toolIdentity() {
  static const std::string Identity = [] {
    // The binary itself: a rebuilt checker with the same version number must
    // not see what another one parsed.
    auto Self = llvm::MemoryBuffer::getFile("/proc/self/exe", false, false);
    if (!Self) // no /proc
      Self = llvm::MemoryBuffer::getFile(startedFile(), false, false);
    Hasher H;
    if (Self)
      H.bytes((*Self)->getBuffer());
    H.text(LLVM_VERSION_STRING);
    H.text(frontend::frontendVersion());
    return H.finish();
  }();
  return Identity;
}

ModuleMaker::ModuleMaker(const UnitList &List, const Limits &Budget,
                         Cache &Store, bool ShowProgress)
    : List(List), Budget(Budget), Store(Store), ShowProgress(ShowProgress) {}

std::string ModuleMaker::keyOf(const Unit &U) const {
  Hasher H;
  H.text(toolIdentity()).text(List.Root).text(List.Config.VocabularyHash);
  H.text(U.File).text(U.Directory);
  for (const std::string &A : U.Args)
    H.text(A);
  return H.finish();
}

// What a parse left: the answer without its module, which is kept by its own
// hash, as units of equal content share one.
static std::string encodeUnit(const LowerResult &R,
                              const std::string &ModuleHash) {
  LowerResult Light = R;
  Light.Module = ModuleHash;
  return encode(Light);
}

// A unit keeps its last few results, newest first: who switches between
// branches finds both.
static constexpr size_t ResultsKept = 4;

static std::vector<std::string> resultsOf(Cache &Store,
                                          const std::string &Key) {
  std::optional<std::string> Bytes = Store.get("unit", Key);
  if (!Bytes)
    return {};
  ByteReader R(*Bytes);
  std::vector<std::string> Results = R.texts();
  return R.complete() ? Results : std::vector<std::string>();
}

static void addResult(Cache &Store, const std::string &Key,
                      std::string Result) {
  std::vector<std::string> All = resultsOf(Store, Key);
  std::erase(All, Result);
  All.insert(All.begin(), std::move(Result));
  if (All.size() > ResultsKept)
    All.resize(ResultsKept);
  ByteWriter W;
  W.texts(All);
  Store.put("unit", Key, W.Bytes);
}

static Problem compileErrors(const Unit &U, const LowerResult &R) {
  Problem P;
  P.File = U.Spelled;
  P.Message = R.How == LowerResult::Parsed
                  ? "does not compile (" + std::to_string(R.Errors) +
                        (R.Errors == 1 ? " error" : " errors") +
                        "); checked as far as it parses"
                  : std::string("could not be parsed");
  P.Details = R.Messages;
  return P;
}

bool ModuleMaker::fromCache(size_t Index) {
  const Unit &U = List.Units[Index];
  LowerResult R;
  bool Found = false;
  for (const std::string &Bytes : resultsOf(Store, keyOf(U))) {
    R = LowerResult();
    Found = decode(Bytes, R) &&
            llvm::all_of(R.Dependencies,
                         [&](const Dependency &D) { return Memo.holds(D); });
    if (Found)
      break;
  }
  if (!Found)
    return false;
  UnitModule M;
  if (R.How == LowerResult::Parsed) {
    std::optional<std::string> Module = Store.get("module", R.Module);
    if (!Module)
      return false;
    M.Module = std::move(*Module);
    M.Have = true;
  }
  if (R.How != LowerResult::Parsed || R.Errors)
    M.Trouble = compileErrors(U, R);
  M.Lasting = true;
  M.Dependencies = std::move(R.Dependencies);
  Made[Index] = std::move(M);
  return true;
}

static std::string signalName(int Signal) {
  const char *Name = ::sigabbrev_np(Signal);
  return Name ? std::string("SIG") + Name : "signal " + std::to_string(Signal);
}

void ModuleMaker::accept(size_t Index, Outcome O) {
  const Unit &U = List.Units[Index];
  UnitModule M;
  Problem P;
  P.File = U.Spelled;
  LowerResult R;
  switch (O.How) {
  case Outcome::Done:
    if (!decode(O.Bytes, R)) {
      P.Message = "the worker's answer was damaged";
      break;
    }
    if (R.How == LowerResult::Parsed) {
      M.Have = true;
      M.Module = R.Module;
    }
    M.Lasting = true;
    if (R.How != LowerResult::Parsed || R.Errors)
      P = compileErrors(U, R);
    if (Store.on()) {
      const std::string Hash = M.Have ? hashOf(M.Module) : "";
      if (M.Have)
        Store.put("module", Hash, M.Module);
      addResult(Store, keyOf(U), encodeUnit(R, Hash));
    }
    M.Dependencies = std::move(R.Dependencies);
    break;
  case Outcome::Crashed:
    P.Message = O.Signal ? "clang crashed on it (" + signalName(O.Signal) + ")"
                         : "the worker process ended unexpectedly";
    break;
  case Outcome::TimedOut:
    P.Message = "took longer than " + std::to_string(Budget.Seconds) +
                " s to parse (raise with --timeout)";
    break;
  case Outcome::OutOfMemory:
    P.Message = "needed more than " + std::to_string(Budget.MemoryMb) +
                " MB to parse (raise with --memory)";
    break;
  }
  if (O.How != Outcome::Done && !O.Said.empty()) {
    llvm::SmallVector<llvm::StringRef> Lines;
    llvm::StringRef(O.Said).split(Lines, '\n', -1, false);
    for (llvm::StringRef L : Lines)
      if (P.Details.size() < 3)
        P.Details.push_back(L.str());
  }
  if (!P.Message.empty())
    M.Trouble = std::move(P);
  Made[Index] = std::move(M);
}

bool ModuleMaker::make(const std::vector<size_t> &Which, RunStats &Stats) {
  std::vector<size_t> ToParse;
  for (size_t Index : Which) {
    if (Made.count(Index))
      continue;
    if (Store.on() && fromCache(Index))
      ++Stats.FromCache;
    else
      ToParse.push_back(Index);
  }
  std::vector<std::string> Messages;
  for (size_t Index : ToParse) {
    const Unit &U = List.Units[Index];
    Messages.push_back(
        encode(LowerJob{U.File, U.Directory, U.Args, List.Root,
                        List.Config.HasVocabulary ? List.Config.File : ""}));
  }
  Progress Line(ShowProgress, Messages.size());
  Pool Workers(Budget);
  const bool Good = Workers.run(
      Messages,
      [&](size_t I, Outcome O) {
        ++Stats.Parsed;
        accept(ToParse[I], std::move(O));
        Line.done(List.Units[ToParse[I]].Spelled);
      },
      [&] { Line.tick(); });
  InterruptedBy = Workers.interruptedBy();
  rusage Children;
  ::getrusage(RUSAGE_CHILDREN, &Children);
  Stats.WorkerPeakKb = Children.ru_maxrss;
  Stats.WorkerCpuSeconds =
      Children.ru_utime.tv_sec + Children.ru_stime.tv_sec +
      (Children.ru_utime.tv_usec + Children.ru_stime.tv_usec) * 1e-6;
  return Good;
}

} // namespace runnel::tool
