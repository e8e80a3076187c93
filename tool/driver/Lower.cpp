//===- Lower.cpp - One translation unit to a module, in this process ------===//

#include "tool/driver/Lower.h"

#include "tool/driver/Paths.h"
#include "tool/driver/RecordingFs.h"

#include "checks/frontend/Frontend.h"
#include "checks/ir/Serialize.h"

#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Driver/CreateInvocationFromArgs.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "llvm/Support/VirtualFileSystem.h"

namespace runnel::tool {

namespace {
// Counts errors and keeps the first; a project's warnings are none of ours.
class ErrorCollector : public clang::DiagnosticConsumer {
public:
  ErrorCollector(LowerResult &Result, const LowerJob &Job)
      : Result(Result), Job(Job) {}

  void HandleDiagnostic(clang::DiagnosticsEngine::Level Level,
                        const clang::Diagnostic &Info) override {
    DiagnosticConsumer::HandleDiagnostic(Level, Info);
    if (Level < clang::DiagnosticsEngine::Error)
      return;
    ++Result.Errors;
    if (Result.Messages.size() >= 3)
      return;
    llvm::SmallString<256> Text;
    Info.FormatDiagnostic(Text);
    std::string Where;
    if (Info.hasSourceManager() && Info.getLocation().isValid()) {
      clang::PresumedLoc At =
          Info.getSourceManager().getPresumedLoc(Info.getLocation());
      if (At.isValid())
        Where = spell(absolutePath(At.getFilename(), Job.Directory), Job.Root) +
                ":" + std::to_string(At.getLine()) + ":" +
                std::to_string(At.getColumn()) + ": ";
    }
    Result.Messages.push_back(Where + "error: " + Text.str().str());
  }

private:
  LowerResult &Result;
  const LowerJob &Job;
};
} // namespace

LowerResult lowerUnit(const LowerJob &Job, const frontend::Vocabulary *Vocab) {
  LowerResult Result;
  // Its own working directory, so that the process need not move.
  llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> Real(
      llvm::vfs::createPhysicalFileSystem().release());
  if (std::error_code EC = Real->setCurrentWorkingDirectory(Job.Directory)) {
    Result.Messages.push_back("error: folder " + Job.Directory + ": " +
                              EC.message());
    return Result;
  }
  auto Fs = llvm::makeIntrusiveRefCnt<RecordingFs>(Real);

  ErrorCollector Errors(Result, Job);
  clang::DiagnosticOptions DiagOpts;
  auto DriverDiags = llvm::makeIntrusiveRefCnt<clang::DiagnosticsEngine>(
      clang::DiagnosticIDs::create(), DiagOpts, &Errors,
      /*ShouldOwnClient=*/false);
  std::vector<const char *> Args;
  for (const std::string &A : Job.Args)
    Args.push_back(A.c_str());
  clang::CreateInvocationOptions Options;
  Options.Diags = DriverDiags;
  Options.VFS = Fs;
  Options.RecoverOnError = true;
  std::shared_ptr<clang::CompilerInvocation> Invocation =
      clang::createInvocation(Args, Options);
  if (!Invocation) {
    if (Result.Messages.empty())
      Result.Messages.push_back("error: clang makes no sense of the command");
    return Result;
  }
  clang::FrontendOptions &Front = Invocation->getFrontendOpts();
  Front.SkipFunctionBodies = true; // those the frontend's consumer names
  Front.DisableFree = false;       // a worker parses many
  Front.ShowStats = false;
  Front.Plugins.clear();
  Invocation->getFileSystemOpts().WorkingDir = Job.Directory;
  Invocation->getDiagnosticOpts().ErrorLimit = 0; // as far as it parses
  Invocation->getLangOpts().SpellChecking = false;

  clang::CompilerInstance Instance(std::move(Invocation));
  Instance.setVirtualFileSystem(Fs);
  Instance.createDiagnostics(&Errors, /*ShouldOwnClient=*/false);
  Instance.createFileManager();
  std::optional<ir::Module> Module;
  frontend::FrontendOptions Lowering;
  Lowering.Vocab = Vocab;
  Lowering.ProjectRoot = Job.Root;
  std::unique_ptr<clang::FrontendAction> Action = frontend::makeAction(
      Lowering, [&](ir::Module M) { Module = std::move(M); });
  (void)Instance.ExecuteAction(*Action);
  if (Module) {
    Result.How = LowerResult::Parsed;
    llvm::raw_string_ostream OS(Result.Module);
    ir::writeBinary(*Module, OS);
  } else if (Result.Messages.empty()) {
    Result.Messages.push_back(
        "error: clang stopped before the end of the file");
  }
  Result.Dependencies = Fs->take();
  return Result;
}

std::string encode(const LowerJob &J) {
  ByteWriter W;
  W.text(J.File);
  W.text(J.Directory);
  W.texts(J.Args);
  W.text(J.Root);
  W.text(J.VocabularyFile);
  return std::move(W.Bytes);
}

bool decode(llvm::StringRef Bytes, LowerJob &J) {
  ByteReader R(Bytes);
  J.File = R.text().str();
  J.Directory = R.text().str();
  J.Args = R.texts();
  J.Root = R.text().str();
  J.VocabularyFile = R.text().str();
  return R.complete();
}

std::string encode(const LowerResult &Result) {
  ByteWriter W;
  W.u8(Result.How);
  W.u32(Result.Errors);
  W.texts(Result.Messages);
  W.text(Result.Module);
  W.list(Result.Dependencies, [&](const Dependency &D) { write(W, D); });
  W.u64(Result.ResidentKb);
  return std::move(W.Bytes);
}

bool decode(llvm::StringRef Bytes, LowerResult &Result) {
  ByteReader R(Bytes);
  Result.How =
      R.u8() == LowerResult::Parsed ? LowerResult::Parsed : LowerResult::Failed;
  Result.Errors = R.u32();
  Result.Messages = R.texts();
  Result.Module = R.text().str();
  R.list([&] { Result.Dependencies.push_back(readDependency(R)); });
  Result.ResidentKb = R.u64();
  return R.complete();
}

} // namespace runnel::tool
