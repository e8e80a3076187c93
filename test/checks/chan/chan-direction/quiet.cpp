// Parameters that are both ends, or somebody else's.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <vector>
void handle(int);
void keep(runnel::channel<int>);

void both(runnel::channel<int> c) { // trap: sent and received
  c.send(1);
  c.recv();
}

void typed(runnel::sender<int> out, runnel::receiver<int> in) { // trap: they say it
  for (int v : in)
    out.send(v);
}

void hands_on(runnel::channel<int> c) { // trap: what keep() does decides
  c.send(1);
  keep(c);
}

void starts(runnel::channel<int> c) { // trap: so does what it starts
  runnel::go(keep, c);
  c.send(1);
}

void stores(std::vector<runnel::channel<int>> &all, runnel::channel<int> c) { // trap: kept
  c.send(1);
  all.push_back(c);
}

runnel::channel<int> returns(runnel::channel<int> c) { // trap: given back
  c.send(1);
  return c;
}

bool compares(runnel::channel<int> a, runnel::channel<int> b) { // trap: neither end
  return a == b;
}

void receives_and_closes(runnel::channel<int> c) { // trap: no type allows that
  c.recv();
  c.close();
}

struct Stage {
  virtual ~Stage() = default;
  virtual void run(runnel::channel<int> in) { // trap: overriders may do more
    in.recv();
  }
};

template <class T> void generic(runnel::channel<T> out, T value) { // trap: a template
  out.send(value);
}

void unused(runnel::channel<int>) {} // trap

struct Pipe {
  explicit Pipe(runnel::channel<int> c) : c_(c) { c.send(1); } // trap: kept
  runnel::channel<int> c_;
};

void calls() {
  runnel::channel<int> c(1);
  generic(c, 1);
}
