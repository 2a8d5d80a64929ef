using System.IO.Pipelines;
using Nacre.Protocol.Connection;

namespace Nacre.Server;

/// <summary>A session that runs: the request that it came from and the three streams of its program.</summary>
public sealed class ServerSession
{
    private readonly Channel _channel;

    internal ServerSession(Channel channel, SessionRequest request) => (_channel, Request) = (channel, request);

    /// <summary>What the client asked for.</summary>
    public SessionRequest Request { get; }

    /// <summary>What the client sends to the program's standard input; it ends when the client says so.</summary>
    public PipeReader Input => _channel.Input;

    /// <summary>What the program writes to its standard output.</summary>
    public PipeWriter Output => _channel.Output;

    /// <summary>What the program writes to its standard error.</summary>
    public PipeWriter Error => _channel.ErrorOutput;

    /// <summary>Takes resizes, signals and breaks; without one they are refused.</summary>
    public ISessionControls? Controls { get; set; }

    /// <summary>Says that whoever reads the input never blocks.</summary>
    internal void ReadPromptly() => _channel.ReadPromptly();

    /// <summary>Tells the client that the program reads no more.</summary>
    internal void RefuseInput() => _channel.RefuseInput();
}
