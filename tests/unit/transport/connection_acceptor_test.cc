// Goal: no more connections than allowed, on the addresses that a name stands for, and a
// place is free again when a connection is closed.
// Method: real sockets on the loopback; the test owns what the acceptor hands on.

#include "transport/connection_acceptor.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/mutex.h"
#include "test_server.h"

namespace budgetwatch {
namespace {

constexpr int kMaxConnections = 2;

// A client's end of a connection.
class Peer {
 public:
  explicit Peer(const std::string& address) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at = {};
    at.sin_family = AF_INET;
    at.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&at), sizeof(at)) == 0;
  }
  ~Peer() { close(socket_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  bool connected() const { return connected_; }
  int descriptor() const { return socket_; }

  // Waits for the end of the connection.
  bool Ends() const {
    char byte = 0;
    return recv(socket_, &byte, 1, 0) <= 0;
  }

  // "ipv4:127.0.0.1:40000", as gRPC names this end.
  std::string name() const {
    sockaddr_in at = {};
    socklen_t size = sizeof(at);
    getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size);
    return "ipv4:127.0.0.1:" + std::to_string(ntohs(at.sin_port));
  }

 private:
  const int socket_;
  bool connected_ = false;
};

class ConnectionAcceptorTest : public testing::Test {
 protected:
  ~ConnectionAcceptorTest() override {
    if (acceptor_ != nullptr) acceptor_->Stop();
    for (const int descriptor : taken_) close(descriptor);
  }

  void Listen(const std::string& address) {
    auto listening = ConnectionAcceptor::Listen(address, table_, kMaxConnections, 60);
    ASSERT_TRUE(listening.ok()) << listening.error().message;
    acceptor_ = std::move(listening).value();
    acceptor_->Start([this](int descriptor) {
      const MutexLock lock(mutex_);
      taken_.push_back(descriptor);
    });
  }

  size_t taken() {
    const MutexLock lock(mutex_);
    return taken_.size();
  }

  // As gRPC does when a connection is over.
  void CloseFirst() {
    const MutexLock lock(mutex_);
    close(taken_.front());
    taken_.erase(taken_.begin());
  }

  ConnectionTable table_;
  std::unique_ptr<ConnectionAcceptor> acceptor_;
  Mutex mutex_;
  std::vector<int> taken_;
};

TEST_F(ConnectionAcceptorTest, OneTooManyIsClosedUntilThereIsRoom) {
  Listen("127.0.0.1:0");
  const Peer first(acceptor_->address());
  const Peer second(acceptor_->address());
  ASSERT_TRUE(Eventually([this] { return taken() == 2; }));
  EXPECT_EQ(table_.size(), 2u);
  {
    const Peer third(acceptor_->address());
    EXPECT_TRUE(third.Ends());
  }
  EXPECT_EQ(acceptor_->refused_count(), 1);
  CloseFirst();
  EXPECT_TRUE(first.Ends());
  EXPECT_TRUE(Eventually([this] {
    const Peer another(acceptor_->address());
    return taken() == 2;
  }));
}

TEST_F(ConnectionAcceptorTest, AConnectionThatIsClosedIsForgotten) {
  Listen("127.0.0.1:0");
  const Peer peer(acceptor_->address());
  ASSERT_TRUE(Eventually([this] { return taken() == 1; }));
  CloseFirst();
  // The number is taken by something else.
  const int other = dup(STDIN_FILENO);
  EXPECT_TRUE(Eventually([this] { return table_.size() == 0; }));
  close(other);
}

TEST_F(ConnectionAcceptorTest, AnIpv4PeerOfAnIpv6ListenerIsCutByItsIpv4Name) {
  Listen("[::]:0");
  const Peer peer(acceptor_->address());
  ASSERT_TRUE(Eventually([this] { return taken() == 1; }));
  table_.Cut(peer.name());
  EXPECT_TRUE(peer.Ends());
}

TEST_F(ConnectionAcceptorTest, OnlyTheNamedPeerIsCut) {
  Listen("127.0.0.1:0");
  const Peer bad(acceptor_->address());
  const Peer good(acceptor_->address());
  ASSERT_TRUE(Eventually([this] { return taken() == 2; }));
  table_.Cut("ipv4:127.0.0.2" + bad.name().substr(bad.name().rfind(':')));
  table_.Cut("nobody");
  table_.Cut(bad.name());
  EXPECT_TRUE(bad.Ends());
  char byte = 0;
  EXPECT_EQ(recv(good.descriptor(), &byte, 1, MSG_DONTWAIT), -1);
  EXPECT_EQ(errno, EAGAIN);
  table_.CutAll();
  EXPECT_TRUE(good.Ends());
}

TEST_F(ConnectionAcceptorTest, NamesAndWildcardsAreListenedOn) {
  for (const char* address : {"localhost:0", "0.0.0.0:0", "[::]:0"}) {
    auto listening = ConnectionAcceptor::Listen(address, table_, kMaxConnections, 60);
    // A machine without IPv6 cannot listen on [::].
    if (!listening.ok()) {
      EXPECT_EQ(address, std::string("[::]:0")) << listening.error().message;
      continue;
    }
    const std::string bound = listening.value()->address();
    EXPECT_EQ(bound.substr(0, bound.rfind(':')),
              std::string(address).substr(0, std::string(address).rfind(':')));
    EXPECT_TRUE(Peer(bound).connected()) << bound;
  }
}

TEST_F(ConnectionAcceptorTest, AStoppedOneListensNoMore) {
  Listen("127.0.0.1:0");
  const std::string address = acceptor_->address();
  const Peer peer(address);
  ASSERT_TRUE(Eventually([this] { return taken() == 1; }));
  acceptor_->Stop();
  acceptor_->Stop();
  EXPECT_FALSE(Peer(address).connected());
  char byte = 0;
  EXPECT_EQ(recv(peer.descriptor(), &byte, 1, MSG_DONTWAIT), -1);
}

TEST_F(ConnectionAcceptorTest, AddressesThatAreNoneAreRefused) {
  Listen("127.0.0.1:0");
  for (const std::string& address :
       {std::string("nowhere"), std::string("192.0.2.1:0"), std::string("no.such.host.invalid:0"),
        std::string(":1"), acceptor_->address()}) {
    const auto refused = ConnectionAcceptor::Listen(address, table_, 1, 60);
    ASSERT_FALSE(refused.ok()) << address;
    EXPECT_EQ(refused.error().reason, "ADDRESS_UNAVAILABLE");
    EXPECT_EQ(refused.error().field, "listen");
    EXPECT_EQ(refused.error().message.find("cannot listen on " + address), 0u);
  }
}

}  // namespace
}  // namespace budgetwatch
