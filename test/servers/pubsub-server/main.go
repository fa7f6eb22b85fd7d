// Google's own Pub/Sub fake on a free port of the loopback interface, for tests. It prints the address, and ends when
// its standard input does, so that no test run can leave it behind.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"os"

	pb "cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"cloud.google.com/go/pubsub/v2/pstest"
	"google.golang.org/grpc"
)

// The fake's own listener keeps gRPC's limit of 4 MiB; messages may have 10 MB.
const maxMessageBytes = 32 << 20

func main() {
	fake := pstest.NewServerWithAddress("127.0.0.1:0")
	defer fake.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(maxMessageBytes), grpc.MaxSendMsgSize(maxMessageBytes))
	pb.RegisterPublisherServer(server, &fake.GServer)
	pb.RegisterSubscriberServer(server, &fake.GServer)
	fmt.Println(listener.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		server.Stop()
	}()
	if err := server.Serve(listener); err != nil {
		log.Fatal(err)
	}
}
