// Google's own Pub/Sub fake on a free port of the loopback interface, for tests. It prints the address, and ends when
// its standard input does, so that no test run can leave it behind.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"os"

	pb "cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"cloud.google.com/go/pubsub/v2/pstest"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"
)

// The fake's own listener keeps gRPC's limit of 4 MiB; messages may have 10 MB.
const maxMessageBytes = 32 << 20

// A subscription may keep messages for 31 days; the fake knows the limit of earlier years.
const (
	fakeRetentionSeconds = 7 * 24 * 60 * 60
	mostRetentionSeconds = 31 * 24 * 60 * 60
)

// The fake holds on to the request, and so to what is put back here.
func keepLonger(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	var retention *durationpb.Duration
	switch asked := request.(type) {
	case *pb.Subscription:
		retention = asked.MessageRetentionDuration
	case *pb.UpdateSubscriptionRequest:
		retention = asked.Subscription.MessageRetentionDuration
	}
	seconds := retention.GetSeconds()
	if seconds <= fakeRetentionSeconds || seconds > mostRetentionSeconds {
		return handle(ctx, request)
	}
	retention.Seconds = fakeRetentionSeconds
	answer, err := handle(ctx, request)
	retention.Seconds = seconds
	return answer, err
}

func main() {
	fake := pstest.NewServerWithAddress("127.0.0.1:0")
	defer fake.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	limits := []grpc.ServerOption{grpc.MaxRecvMsgSize(maxMessageBytes), grpc.MaxSendMsgSize(maxMessageBytes)}
	server := grpc.NewServer(append(limits, grpc.UnaryInterceptor(keepLonger))...)
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
