//===- Extract.cpp - Modules of named files, without passes ---------------===//

#include "tool/commands/Extract.h"

#include "tool/commands/CheckRun.h"
#include "tool/driver/Paths.h"

#include "checks/ir/Serialize.h"

#include "llvm/Support/MemoryBuffer.h"

namespace runnel::tool {

llvm::Expected<ir::Module> readModuleFile(llvm::StringRef Path,
                                          llvm::StringRef Shown) {
  auto Buffer = llvm::MemoryBuffer::getFile(Path);
  if (!Buffer)
    return llvm::createStringError(Shown + ": " + Buffer.getError().message());
  llvm::StringRef Bytes = (*Buffer)->getBuffer();
  return ir::isBinary(Bytes) ? ir::readBinary(Bytes, Shown)
                             : ir::readText(Bytes, Shown);
}

llvm::Expected<Extraction> extractModules(const Arguments &A) {
  llvm::Expected<RunRequest> Request = runRequest(A);
  if (!Request)
    return Request.takeError();
  TidyConfigs Configs;
  llvm::Expected<UnitList> List = collectUnits(Request->Units, Configs);
  if (!List)
    return List.takeError();
  Extraction Result;
  Result.Root = List->Root;
  Result.Problems = List->Problems;
  for (const std::string &File : List->Modules) {
    llvm::Expected<ir::Module> M = readModuleFile(File, File);
    if (!M)
      return M.takeError();
    Result.Modules.push_back(std::move(*M));
  }
  Cache None;
  ModuleMaker Maker(*List, Request->Budget, None, false);
  std::vector<size_t> All;
  for (size_t I = 0; I < List->Units.size(); ++I)
    All.push_back(I);
  RunStats Stats;
  if (!Maker.make(All, Stats))
    dieOf(Maker.InterruptedBy);
  std::map<std::string, Dependency> Dependencies;
  for (auto &[Index, M] : Maker.Made) {
    if (M.Trouble)
      Result.Problems.push_back(*M.Trouble);
    for (Dependency &D : M.Dependencies)
      Dependencies[D.Path] = D;
    if (!M.Have)
      continue;
    llvm::Expected<ir::Module> Read =
        ir::readBinary(M.Module, List->Units[Index].Spelled);
    if (!Read)
      return Read.takeError();
    Result.Modules.push_back(std::move(*Read));
  }
  for (auto &[Path, D] : Dependencies)
    Result.Dependencies.push_back(std::move(D));
  return Result;
}

} // namespace runnel::tool
