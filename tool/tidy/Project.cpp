//===- Project.cpp - What an editor knows around one file -----------------===//

#include "tool/tidy/Project.h"

#include "tool/cache/Cache.h"
#include "tool/cache/Dependencies.h"
#include "tool/config/TidyConfig.h"
#include "tool/driver/Paths.h"

#include "checks/frontend/Vocabulary.h"

#include "llvm/Support/Path.h"

#include <mutex>

namespace runnel::tidy {

using namespace runnel::tool;

namespace {
// What was made of a file, until the file changes.
template <class T> class MadeOf {
public:
  template <class Make>
  std::shared_ptr<const T> get(const std::string &Path, Make &&Do) {
    const auto Now = stampOf(Path);
    Entry &E = Known[Path];
    // A file that was written within this tick of the clock may be written
    // again in it.
    if (E.Made && E.There == Now.has_value() &&
        (!Now || (E.Stamp.same(Now->second) && E.Stamp.settled())))
      return E.Made;
    E.Made = Do(Now.has_value());
    E.There = Now.has_value();
    if (Now)
      E.Stamp = Now->second;
    return E.Made;
  }

private:
  struct Entry {
    bool There = false;
    FileStamp Stamp;
    std::shared_ptr<const T> Made;
  };
  std::map<std::string, Entry> Known;
};

struct Settings {
  RunnelYaml Config;
  VocabularyLoader Loader;
  const frontend::Vocabulary *Vocab = nullptr;
  std::string Trouble;
};

struct KnownFindings {
  Baseline What;
  std::string Trouble;
};

struct Shelf {
  std::mutex Mutex;
  MadeOf<Settings> SettingsOf;
  MadeOf<std::optional<ProjectIndex>> IndexAt;
  MadeOf<KnownFindings> BaselineAt;
};

std::shared_ptr<const Settings> readSettings(const std::string &Folder) {
  auto S = std::make_shared<Settings>();
  llvm::Expected<RunnelYaml> Config = loadRunnelYaml(Folder);
  if (Config)
    S->Config = std::move(*Config);
  else
    S->Trouble = llvm::toString(Config.takeError());
  llvm::Expected<const frontend::Vocabulary *> V =
      S->Loader.load(S->Config.HasVocabulary ? S->Config.File : "");
  if (V) {
    S->Vocab = *V;
  } else {
    S->Trouble = llvm::toString(V.takeError());
    S->Vocab = &frontend::Vocabulary::builtin();
  }
  return S;
}

std::shared_ptr<const KnownFindings> readBaseline(const std::string &File) {
  auto K = std::make_shared<KnownFindings>();
  if (llvm::Expected<Baseline> B = Baseline::read(File))
    K->What = std::move(*B);
  else
    K->Trouble = llvm::toString(B.takeError());
  return K;
}
} // namespace

std::shared_ptr<const Project> projectOf(llvm::StringRef File) {
  static Shelf &S = *new Shelf; // other threads may outlive main()
  std::scoped_lock Hold(S.Mutex);
  auto SettingsIn = [&](const std::string &Folder) {
    return S.SettingsOf.get(absolutePath(".runnel.yaml", Folder),
                            [&](bool) { return readSettings(Folder); });
  };
  auto IndexOf =
      [&](const std::string &Root,
          const Settings &At) -> std::shared_ptr<const ProjectIndex> {
    const std::string Folder = At.Config.CacheFolder.empty()
                                   ? defaultCacheFolder(Root)
                                   : At.Config.CacheFolder;
    auto Read = S.IndexAt.get(indexPath(Folder, Root), [&](bool There) {
      return std::make_shared<const std::optional<ProjectIndex>>(
          There ? readIndex(indexPath(Folder, Root)) : std::nullopt);
    });
    if (!Read->has_value())
      return nullptr;
    return {Read, &**Read};
  };

  auto P = std::make_shared<Project>();
  std::shared_ptr<const Settings> At;
  // A run names files relative to its own root, which need not be the one that
  // this file alone suggests: where there is an index, there is the root.
  for (llvm::StringRef Folder = llvm::sys::path::parent_path(File);
       !P->Index && Folder.size() > 1;
       Folder = llvm::sys::path::parent_path(Folder)) {
    At = SettingsIn(Folder.str());
    P->Root = Folder.str();
    P->Index = IndexOf(P->Root, *At);
  }
  if (!P->Index) {
    P->Root = findRoot({File.str()}, "");
    At = SettingsIn(P->Root);
  }
  P->Config = At->Config;
  P->Vocab = At->Vocab;
  P->Trouble = At->Trouble;
  P->KeepsVocab = At;
  if (const std::string &File = P->Config.BaselineFile; !File.empty()) {
    auto Read =
        S.BaselineAt.get(File, [&](bool) { return readBaseline(File); });
    P->Known = {Read, &Read->What};
    if (P->Trouble.empty())
      P->Trouble = Read->Trouble;
  }
  return P;
}

namespace {
struct KnownByFile {
  std::mutex Mutex;
  std::map<std::string, KnownLines> Lines;
  static KnownByFile &one() {
    static KnownByFile &K = *new KnownByFile; // see projectOf()
    return K;
  }
};
} // namespace

void keepKnown(const std::string &File, KnownLines Lines) {
  KnownByFile &K = KnownByFile::one();
  std::scoped_lock Hold(K.Mutex);
  if (Lines.empty())
    K.Lines.erase(File);
  else
    K.Lines[File] = std::move(Lines);
}

bool isKnown(const std::string &File, unsigned Line, llvm::StringRef Check) {
  KnownByFile &K = KnownByFile::one();
  std::scoped_lock Hold(K.Mutex);
  auto It = K.Lines.find(File);
  return It != K.Lines.end() && It->second.contains({Line, Check.str()});
}

bool isOn(const CheckInfo &C, llvm::StringRef Globs, Level At) {
  TidyConfig T;
  T.Checks = parseGlobs(Globs);
  return isEnabled(C, T, At, {});
}

} // namespace runnel::tidy
