//===- VocabularyParse.cpp - Reading a vocabulary -------------------------===//
//
// The form is described in docs/design/vocabulary.md. A phrase is a verb, then
// words: flags, a kind, and operands as KEY=VALUE.
//
//   types:
//     - name: [std::mutex, my::Mutex]
//       is: lock
//       methods:
//         lock: lock
//         try_lock_for, try_lock_until: lock try timed
//   functions:
//     pthread_mutex_trylock: lock try success=0
//     recv: block network unless=3&64
//
//===----------------------------------------------------------------------===//

#include "checks/frontend/VocabularyWords.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/YAMLParser.h"

namespace runnel::frontend {

namespace yaml = llvm::yaml;

namespace {

/// One parse of one document. Stops at the first mistake.
class Reader {
public:
  explicit Reader(llvm::SourceMgr &Sources) : Sources(Sources) {}

  /// What a document says, before it is put into the vocabulary.
  struct Said {
    std::string Name;
    std::shared_ptr<TypeEntry> Type; ///< null: a function
    std::vector<Action> Does;
  };
  std::vector<Said> All;
  std::string Problem;
  const Vocabulary *Known = nullptr;

  bool readDocument(yaml::Node *Root);

private:
  bool fail(const yaml::Node *N, const llvm::Twine &Message) {
    if (Problem.empty()) {
      llvm::SMLoc Loc = N ? N->getSourceRange().Start : llvm::SMLoc();
      auto [Line, Column] = Loc.isValid() ? Sources.getLineAndColumn(Loc)
                                          : std::pair<unsigned, unsigned>(1, 1);
      unsigned Buffer = Loc.isValid() ? Sources.FindBufferContainingLoc(Loc)
                                      : Sources.getMainFileID();
      Problem = (Sources.getMemoryBuffer(Buffer)->getBufferIdentifier() + ":" +
                 llvm::Twine(Line) + ":" + llvm::Twine(Column) + ": " + Message)
                    .str();
    }
    return false;
  }

  template <typename T>
  bool unknown(const yaml::Node *N, const char *What, llvm::StringRef Text,
               llvm::ArrayRef<Word<T>> Words) {
    const char *Nearest = nullptr;
    unsigned Best = 4;
    for (const Word<T> &W : Words) {
      unsigned Distance = Text.edit_distance(W.Text, true, Best);
      if (Distance < Best) {
        Best = Distance;
        Nearest = W.Text;
      }
    }
    return fail(N,
                llvm::Twine("unknown ") + What + " '" + Text + "'" +
                    (Nearest ? llvm::Twine("; did you mean '") + Nearest + "'?"
                             : llvm::Twine("")));
  }

  /// Scalars of a scalar or a sequence; commas separate too.
  bool scalars(yaml::Node *N, std::vector<std::string> &Out);
  bool names(yaml::Node *N, std::vector<std::string> &Out);
  bool phrase(yaml::Node *N, llvm::StringRef Text, Action &Out);
  bool operand(yaml::Node *N, llvm::StringRef Key, llvm::StringRef Value,
               Action &Out);
  bool phrases(yaml::Node *N, std::vector<Action> &Out);
  bool type(yaml::Node *N);
  bool typeKey(yaml::Node *N, llvm::StringRef Key, TypeEntry &Entry,
               std::vector<std::string> &Names);
  bool methods(yaml::Node *N, TypeEntry &Entry);
  bool functions(yaml::Node *N);
  bool like(yaml::Node *N, llvm::StringRef Name, TypeEntry &Entry);

  llvm::SourceMgr &Sources;
};

bool Reader::scalars(yaml::Node *N, std::vector<std::string> &Out) {
  llvm::SmallString<64> Storage;
  if (auto *S = llvm::dyn_cast_or_null<yaml::ScalarNode>(N)) {
    Out.push_back(S->getValue(Storage).str());
    return true;
  }
  auto *Sequence = llvm::dyn_cast_or_null<yaml::SequenceNode>(N);
  if (!Sequence)
    return fail(N, "expected a word or a list of words");
  for (yaml::Node &Item : *Sequence) {
    auto *S = llvm::dyn_cast<yaml::ScalarNode>(&Item);
    if (!S)
      return fail(&Item, "expected a word");
    Storage.clear();
    Out.push_back(S->getValue(Storage).str());
  }
  return true;
}

bool Reader::names(yaml::Node *N, std::vector<std::string> &Out) {
  std::vector<std::string> Raw;
  if (!scalars(N, Raw))
    return false;
  for (llvm::StringRef Text : Raw)
    while (!Text.empty()) {
      auto [First, Rest] = Text.split(',');
      First = First.trim();
      First.consume_front("::");
      if (First.empty())
        return fail(N, "a name is missing");
      Out.push_back(First.str());
      Text = Rest;
    }
  return true;
}

bool Reader::operand(yaml::Node *N, llvm::StringRef Key, llvm::StringRef Value,
                     Action &Out) {
  if (Key == "unless") {
    bool Bits = Value.contains('&');
    auto [Arg, Number] = Value.split(Bits ? "&" : "==");
    if (Arg.getAsInteger(10, Out.UnlessArg) ||
        Number.getAsInteger(0, Out.UnlessValue))
      return fail(N, "expected unless=ARG&BITS or unless=ARG==VALUE");
    Out.UnlessBits = Bits;
    return true;
  }
  if (Key == "success") {
    int64_t Number;
    if (Value.getAsInteger(0, Number))
      return fail(N, "expected a number after 'success='");
    Out.Success = Number;
    return true;
  }
  static constexpr Word<int8_t Action::*> Keys[] = {
      {"subject", &Action::Subject},
      {"other", &Action::Other},
      {"value", &Action::Value},
      {"callable", &Action::Callable},
  };
  auto *W = findWord<int8_t Action::*>(Keys, Key);
  if (!W)
    return unknown<int8_t Action::*>(N, "operand", Key, Keys);
  int8_t &Where = Out.*(W->Value);
  if (Value == "object")
    Where = Action::Object;
  else if (Value == "result")
    Where = Action::Result;
  else if (Value.getAsInteger(10, Where) || Where < 0)
    return fail(N, "expected the number of an argument, 'object' or 'result'");
  return true;
}

bool Reader::phrase(yaml::Node *N, llvm::StringRef Text, Action &Out) {
  llvm::SmallVector<llvm::StringRef, 6> Parts;
  llvm::SplitString(Text, Parts);
  if (Parts.empty())
    return fail(N, "expected what it does");
  auto *V = findWord<Verb>(VerbWords, Parts.front());
  if (!V)
    return unknown<Verb>(N, "verb", Parts.front(), VerbWords);
  Out.What = V->Value;
  for (llvm::StringRef Part : llvm::drop_begin(Parts)) {
    if (Part.contains('=')) {
      auto [Key, Value] = Part.split('=');
      if (!operand(N, Key, Value, Out))
        return false;
      continue;
    }
    if (Out.What == Verb::Spawn)
      if (auto *W = findWord<ir::SpawnKind>(SpawnWords, Part)) {
        Out.Spawn = W->Value;
        continue;
      }
    if (Out.What == Verb::Case)
      if (auto *W = findWord<ir::SelectCase::Kind>(CaseWords, Part)) {
        Out.Case = W->Value;
        continue;
      }
    if (llvm::any_of(KindWords, [&](const Word<Verb> &W) {
          return W.Value == Out.What && Part == W.Text;
        })) {
      Out.Kind = Part.str();
      continue;
    }
    auto *Flag = findWord<uint32_t>(FlagWords, Part);
    if (!Flag)
      return unknown<uint32_t>(N, "word", Part, FlagWords);
    Out.Flags |= Flag->Value;
  }
  if (Out.What == Verb::Block && Out.Kind.empty())
    Out.Kind = "user";
  return true;
}

bool Reader::phrases(yaml::Node *N, std::vector<Action> &Out) {
  std::vector<std::string> Texts;
  if (!scalars(N, Texts))
    return false;
  for (const std::string &Text : Texts) {
    Action A;
    if (!phrase(N, Text, A))
      return false;
    Out.push_back(A);
  }
  return true;
}

bool Reader::methods(yaml::Node *N, TypeEntry &Entry) {
  auto *Map = llvm::dyn_cast_or_null<yaml::MappingNode>(N);
  if (!Map)
    return fail(N, "expected methods as NAME: WHAT IT DOES");
  for (yaml::KeyValueNode &Pair : *Map) {
    std::vector<std::string> Names;
    std::vector<Action> Does;
    if (!names(Pair.getKey(), Names) || !phrases(Pair.getValue(), Does))
      return false;
    for (const std::string &Name : Names)
      Entry.Methods[Name] = Does;
  }
  return true;
}

bool Reader::like(yaml::Node *N, llvm::StringRef Name, TypeEntry &Entry) {
  const TypeEntry *Model = nullptr;
  for (const Said &S : All)
    if (S.Type && S.Name == Name)
      Model = S.Type.get();
  if (!Model)
    Model = Known->type(Name);
  if (!Model)
    return fail(N, llvm::Twine("no type '") + Name + "' is known");
  Entry = *Model;
  return true;
}

bool Reader::typeKey(yaml::Node *N, llvm::StringRef Key, TypeEntry &Entry,
                     std::vector<std::string> &Names) {
  std::vector<std::string> Values;
  if (Key == "methods")
    return methods(N, Entry);
  if (Key == "name")
    return names(N, Names);
  if (!scalars(N, Values))
    return false;
  if (Key == "traits") {
    Entry.Traits = 0;
    for (const std::string &Value : Values) {
      auto *W = findWord<uint32_t>(TraitWords, Value);
      if (!W)
        return unknown<uint32_t>(N, "trait", Value, TraitWords);
      Entry.Traits |= W->Value;
    }
    return true;
  }
  if (Values.size() != 1)
    return fail(N, llvm::Twine("expected one word after '") + Key + ":'");
  llvm::StringRef Value = Values.front();
  if (Key == "like")
    return like(N, Value, Entry);
  if (Key == "is") {
    auto *W = findWord<ir::Role>(RoleWords, Value);
    if (!W)
      return unknown<ir::Role>(N, "role", Value, RoleWords);
    Entry.Is = W->Value;
    return true;
  }
  if (Key == "tag") {
    auto *W = findWord<uint32_t>(TagWords, Value);
    if (!W)
      return unknown<uint32_t>(N, "tag", Value, TagWords);
    Entry.Tag = W->Value;
    return true;
  }
  if (Key == "element") {
    if (Value.getAsInteger(10, Entry.Element) || Entry.Element < 0)
      return fail(N, "expected the number of a template argument");
    return true;
  }
  if (Key == "starts" || Key == "defers") {
    if (Value != "true" && Value != "false")
      return fail(N, "expected true or false");
    (Key == "starts" ? Entry.Starts : Entry.Defers) = Value == "true";
    return true;
  }
  static constexpr Word<int> Keys[] = {
      {"name", 0}, {"is", 0},      {"traits", 0}, {"methods", 0}, {"like", 0},
      {"tag", 0},  {"element", 0}, {"starts", 0}, {"defers", 0}};
  return unknown<int>(N, "key", Key, Keys);
}

bool Reader::type(yaml::Node *N) {
  auto *Map = llvm::dyn_cast<yaml::MappingNode>(N);
  if (!Map)
    return fail(N, "expected a type as a mapping with 'name:'");
  auto Entry = std::make_shared<TypeEntry>();
  std::vector<std::string> Names;
  llvm::SmallString<32> Storage;
  for (yaml::KeyValueNode &Pair : *Map) {
    auto *Key = llvm::dyn_cast_or_null<yaml::ScalarNode>(Pair.getKey());
    if (!Key)
      return fail(Pair.getKey(), "expected a key");
    Storage.clear();
    llvm::StringRef KeyText = Key->getValue(Storage);
    if (!typeKey(Pair.getValue() ? Pair.getValue() : Key, KeyText, *Entry,
                 Names))
      return false;
  }
  if (Names.empty())
    return fail(N, "the type has no 'name:'");
  for (std::string &Name : Names)
    All.push_back({std::move(Name), Entry, {}});
  return true;
}

bool Reader::functions(yaml::Node *N) {
  auto *Map = llvm::dyn_cast_or_null<yaml::MappingNode>(N);
  if (!Map)
    return fail(N, "expected functions as NAME: WHAT IT DOES");
  for (yaml::KeyValueNode &Pair : *Map) {
    std::vector<std::string> Names;
    std::vector<Action> Does;
    if (!names(Pair.getKey(), Names) || !phrases(Pair.getValue(), Does))
      return false;
    for (std::string &Name : Names)
      All.push_back({std::move(Name), nullptr, Does});
  }
  return true;
}

bool Reader::readDocument(yaml::Node *Root) {
  if (!Root || llvm::isa<yaml::NullNode>(Root))
    return true;
  auto *Map = llvm::dyn_cast<yaml::MappingNode>(Root);
  if (!Map)
    return fail(Root, "expected 'types:' and 'functions:'");
  llvm::SmallString<32> Storage;
  for (yaml::KeyValueNode &Pair : *Map) {
    auto *Key = llvm::dyn_cast_or_null<yaml::ScalarNode>(Pair.getKey());
    if (!Key)
      return fail(Pair.getKey(), "expected a key");
    Storage.clear();
    llvm::StringRef Text = Key->getValue(Storage);
    if (Text == "types") {
      auto *Sequence =
          llvm::dyn_cast_or_null<yaml::SequenceNode>(Pair.getValue());
      if (!Sequence)
        return fail(Key, "expected a list of types");
      for (yaml::Node &Item : *Sequence)
        if (!type(&Item))
          return false;
    } else if (Text == "functions") {
      if (!functions(Pair.getValue()))
        return false;
    } else {
      static constexpr Word<int> Keys[] = {{"types", 0}, {"functions", 0}};
      return unknown<int>(Key, "key", Text, Keys);
    }
  }
  return true;
}

llvm::StringRef shortName(llvm::StringRef Qualified) {
  size_t Colons = Qualified.rfind("::");
  return Colons == llvm::StringRef::npos ? Qualified
                                         : Qualified.drop_front(Colons + 2);
}

/// Types that make code matter to a check by being mentioned.
bool isTelling(const TypeEntry &Entry) {
  return Entry.Is < ir::Role::Function && Entry.Is != ir::Role::Data;
}

bool isTelling(const std::vector<Action> &Does) {
  return llvm::any_of(Does, [](const Action &A) {
    return A.What < Verb::Identity && A.What != Verb::None;
  });
}

/// Collects the scanner's own complaint instead of printing it.
void keepDiagnostic(const llvm::SMDiagnostic &D, void *Where) {
  auto &Message = *static_cast<std::string *>(Where);
  if (Message.empty())
    Message = (D.getFilename() + ":" + llvm::Twine(D.getLineNo()) + ":" +
               llvm::Twine(D.getColumnNo() + 1) + ": " + D.getMessage())
                  .str();
}

} // namespace

llvm::Error Vocabulary::parse(llvm::StringRef Text, llvm::StringRef FileName) {
  llvm::SourceMgr Sources;
  std::string Scanner;
  Sources.setDiagHandler(keepDiagnostic, &Scanner);
  yaml::Stream Stream(llvm::MemoryBufferRef(Text, FileName), Sources);
  auto Document = Stream.begin();
  yaml::Node *Root = Document == Stream.end() ? nullptr : Document->getRoot();
  llvm::Error Result = llvm::Error::success();
  if (auto *Map = llvm::dyn_cast_or_null<yaml::MappingNode>(Root))
    Result = parse(*Map, Sources);
  else if (Root && !llvm::isa<yaml::NullNode>(Root))
    Result = llvm::createStringError(
        FileName + ":1:1: expected 'types:' and 'functions:'");
  if (Stream.failed() && !Scanner.empty()) {
    llvm::consumeError(std::move(Result));
    return llvm::createStringError(Scanner);
  }
  return Result;
}

llvm::Error Vocabulary::parse(yaml::MappingNode &Node,
                              llvm::SourceMgr &Sources) {
  Reader R(Sources);
  R.Known = this;
  if (!R.readDocument(&Node))
    return llvm::createStringError(R.Problem);
  for (Reader::Said &S : R.All) {
    llvm::StringRef Short = shortName(S.Name);
    if (S.Type) {
      ShortTypes.insert(Short);
      if (isTelling(*S.Type))
        Words.insert(Short);
      Types[S.Name] = std::move(S.Type);
    } else {
      ShortFunctions.insert(Short);
      if (isTelling(S.Does))
        Words.insert(Short);
      Functions[S.Name] = std::move(S.Does);
    }
  }
  return llvm::Error::success();
}

} // namespace runnel::frontend
