//===- Frontend.cpp - The door of the frontend ----------------------------===//

#include "checks/frontend/Frontend.h"
#include "checks/frontend/ModuleBuilder.h"

#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"

namespace runnel::frontend {

using namespace clang;

ir::Module lower(ASTContext &Context, const FrontendOptions &Options) {
  return ModuleBuilder(Context, Options).build();
}

namespace {

class Consumer : public ASTConsumer {
public:
  Consumer(FrontendOptions Options, ModuleSink Done)
      : Options(std::move(Options)), Done(std::move(Done)) {}

  void Initialize(ASTContext &C) override { Context = &C; }

  bool shouldSkipFunctionBody(Decl *D) override {
    if (Options.LowerSystem || !Context)
      return false;
    if (!Where)
      Where.emplace(*Context, Options.ProjectRoot);
    return Where->isSystem(D->getLocation());
  }

  void HandleTranslationUnit(ASTContext &C) override {
    Done(lower(C, Options));
  }

private:
  FrontendOptions Options;
  ModuleSink Done;
  ASTContext *Context = nullptr;
  std::optional<Sources> Where;
};

class LoweringAction : public ASTFrontendAction {
public:
  LoweringAction(FrontendOptions Options, ModuleSink Done)
      : Options(std::move(Options)), Done(std::move(Done)) {}

protected:
  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &,
                                                 llvm::StringRef) override {
    return makeConsumer(Options, Done);
  }

private:
  FrontendOptions Options;
  ModuleSink Done;
};

} // namespace

std::unique_ptr<ASTConsumer> makeConsumer(FrontendOptions Options,
                                          ModuleSink Done) {
  return std::make_unique<Consumer>(std::move(Options), std::move(Done));
}

std::unique_ptr<FrontendAction> makeAction(FrontendOptions Options,
                                           ModuleSink Done) {
  return std::make_unique<LoweringAction>(std::move(Options), std::move(Done));
}

bool mentionsVocabulary(llvm::StringRef Source, const Vocabulary &V) {
  // Words that matter whatever the vocabulary says.
  static constexpr llvm::StringLiteral Always[] = {
      "lock",       "unlock",          "try_lock",  "Lock",
      "Unlock",     "volatile",        "co_await",  "co_yield",
      "capability", "scoped_lockable", "GUARDED_BY"};
  size_t At = 0;
  auto IsWord = [](char C) { return llvm::isAlnum(C) || C == '_'; };
  while (At < Source.size()) {
    if (!IsWord(Source[At])) {
      ++At;
      continue;
    }
    size_t End = At;
    while (End < Source.size() && IsWord(Source[End]))
      ++End;
    llvm::StringRef Word = Source.slice(At, End);
    At = End;
    if (Word.size() < 2)
      continue;
    if (V.words().contains(Word) || llvm::is_contained(Always, Word))
      return true;
  }
  return false;
}

llvm::StringRef frontendVersion() { return "1"; }

} // namespace runnel::frontend
