// Channels of Boost.Fiber, and of a project's own, that are closed once.
//--- .runnel.yaml
vocabulary:
  types:
    - name: acme::Mailbox
      is: channel
      element: 0
      methods:
        put: send value=0
        shut: close
//--- main.cpp
namespace boost::fibers {
template <class T> class buffered_channel {
public:
  explicit buffered_channel(unsigned long capacity);
  int push(const T& v);
  void close() noexcept;
};
} // namespace boost::fibers
namespace acme {
template <class T> struct Mailbox {
  void put(T v);
  void shut();
};
template <class T> struct Window {
  void shut();
};
} // namespace acme

// trap: once
void boost_channel(boost::fibers::buffered_channel<int>& c) {
  c.push(1);
  c.close();
}
// trap: two channels
void own_channels(acme::Mailbox<int>& a, acme::Mailbox<int>& b) {
  a.put(1);
  a.shut();
  b.shut();
}
// trap: on one path each
void branches(acme::Mailbox<int>& c, bool now) {
  if (now)
    c.shut();
  else {
    c.put(1);
    c.shut();
  }
}
// trap: no channel
void window(acme::Window<int>& w) {
  w.shut();
  w.shut();
}
