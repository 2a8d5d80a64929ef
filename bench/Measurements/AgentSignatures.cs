using System.Diagnostics;
using System.Net.Sockets;
using Nacre.Bench.Bed;
using Nacre.Protocol.Agent;
using Nacre.Protocol.Keys;

namespace Nacre.Bench.Measurements;

/// <summary>How many signatures an agent makes for one client that asks for one after the other.</summary>
internal sealed class AgentSignatures : IMeasurement
{
    private const int SignaturesPerRound = 200;

    public string Name => "agent";

    public string Title => "signatures of an agent";

    public async Task RunAsync(TestBed bed, Settings settings, Report report)
    {
        using PrivateKey key = PrivateKey.GenerateEd25519();
        using var ours = new RunningAgent(bed.Ours, bed.Keys.File("agent-ours"), key);
        using var stock = new RunningAgent(bed.Stock, bed.Keys.File("agent-stock"), key);
        double[][] rates = await Pairs.RunAsync(settings.StartPairs, () => Blocking.RunAsync(() => ours.Rate(SignaturesPerRound)), () => Blocking.RunAsync(() => stock.Rate(SignaturesPerRound)));
        report.Add(Row.OfPairs("agent: signatures with ed25519", "/s", rates[0], rates[1], Target.RatioAtLeast(1)));
    }

    private sealed class RunningAgent : IDisposable
    {
        private readonly Process _process;
        private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        private readonly byte[] _request;
        private readonly byte[] _reply = new byte[AgentMessage.MaxLength];

        public RunningAgent(Contender contender, string path, PrivateKey key)
        {
            string program = Path.Join(Path.GetDirectoryName(contender.Ssh)!, "ssh-agent");
            _process = Process.Start(new ProcessStartInfo(program, ["-D", "-a", path]) { RedirectStandardOutput = true }) ?? throw new InvalidOperationException($"{program} did not start");
            _ = _process.StandardOutput.ReadLine();
            _socket.Connect(new UnixDomainSocketEndPoint(path));
            var add = new AddIdentity { Key = AgentKeyFields.Of(key, certificate: null), Comment = "bench"u8 };
            Expect(AgentMessageNumber.Success, AgentMessage.Write(ref add));

            // As long as what a login signs.
            var sign = new SignRequest { PublicKey = key.PublicKey.Blob.Span, Data = new byte[200] };
            _request = AgentMessage.Write(ref sign);
        }

        public double Rate(int count)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < count; i++) Expect(AgentMessageNumber.SignResponse, _request);
            return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        public void Dispose()
        {
            _socket.Dispose();
            _process.Kill();
            _process.Dispose();
        }

        private void Expect(AgentMessageNumber number, byte[] request)
        {
            _socket.Send(request);
            Read(AgentMessage.HeaderLength);
            int length = AgentMessage.ReadLength(_reply);
            Read(length);
            if (AgentMessage.NumberOf(_reply) != number) throw new InvalidOperationException($"the agent answered {AgentMessage.NumberOf(_reply)} where {number} was due");
        }

        private void Read(int count)
        {
            for (int got = 0; got < count;)
            {
                int more = _socket.Receive(_reply.AsSpan(got, count - got));
                if (more == 0) throw new InvalidOperationException("the agent has closed the connection");
                got += more;
            }
        }
    }
}
