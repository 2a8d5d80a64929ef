using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Tools.Shared;

/// <summary>A process of this executable's that loads somebody's shared library: it is asked through one pipe and answers through another, and whoever started it ends it.</summary>
/// <remarks>Such a library finds no keys and passphrases of others there, and takes nobody with it when it crashes. What it complains of goes where this process complains.</remarks>
internal sealed class ProviderProcess : IAsyncDisposable
{
    /// <summary>Where its answers go: the library may print to standard output.</summary>
    public const int ReplyDescriptor = 3;

    private readonly ChildProcess _child;

    private ProviderProcess(ChildProcess child, DescriptorStream requests, DescriptorStream replies) => (_child, Requests, Replies) = (child, requests, replies);

    /// <summary>What it is asked; it ends when this is closed.</summary>
    public DescriptorStream Requests { get; }

    public DescriptorStream Replies { get; }

    public Task Exited => _child.Exited;

    /// <summary>Whether it has ended by now.</summary>
    public bool HasExited => _child.HasExited;

    /// <summary>Starts one.</summary>
    /// <param name="verb">The first argument, by which the executable knows what it is.</param>
    /// <param name="executable">What is started; this executable.</param>
    /// <exception cref="UnixException">It cannot be started.</exception>
    public static ProviderProcess Start(string verb, string executable = ProgramStart.OwnExecutable)
    {
        (SafeFileHandle theirInput, SafeFileHandle ourOutput) = Descriptors.CreatePipe();
        (SafeFileHandle ourInput, SafeFileHandle theirOutput) = Descriptors.CreatePipe();
        using (theirInput)
        using (theirOutput)
        using (SafeFileHandle error = Descriptors.Inherited(2))
        {
            ChildProcess child = Spawn.Start(new ProgramStart { Path = executable, Arguments = ["nacre", verb], Input = theirInput, Error = error, Extra = [theirOutput] });
            return new ProviderProcess(child, new DescriptorStream(ourOutput), new DescriptorStream(ourInput));
        }
    }

    /// <summary>Ends it, whatever the library is at.</summary>
    public void Kill()
    {
        if (!_child.Exited.IsCompleted) _child.Signal(UnixSignal.TERM);
    }

    /// <summary>Lets it end by itself, as soon as the library has done what it was asked for.</summary>
    public async ValueTask DisposeAsync()
    {
        await Requests.DisposeAsync().ConfigureAwait(false);
        await Replies.DisposeAsync().ConfigureAwait(false);
    }
}
