using System.IO.Pipelines;
using System.Text;
using Nacre.Scp;
using Nacre.Sftp;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Scp;

/// <summary>One end of a conversation whose other end has said all that it will say, whatever it hears.</summary>
internal static class ScpScript
{
    /// <summary>Lets a sink hear a source that says this, and nothing more.</summary>
    public static async Task<(ScpEar Ear, string Answers, string? End)> SinkAsync(byte[] source, string target, ScpOptions? options = null, RequestedNames? requested = null)
    {
        var answers = new MemoryStream();
        (ScpEar ear, string? end) = await SinkAsync(source, PipeWriter.Create(answers, new StreamPipeWriterOptions(leaveOpen: true)), target, options, requested);
        return (ear, Encoding.UTF8.GetString(answers.ToArray()), end);
    }

    /// <summary>Lets a sink hear a source that says this, and leaves before it has heard any answer.</summary>
    public static Task<(ScpEar Ear, string? End)> DeafAsync(byte[] source, string target)
    {
        var answers = new Pipe();
        answers.Reader.Complete();
        return SinkAsync(source, answers.Writer, target);
    }

    /// <summary>Lets a source hear a sink that says this, and nothing more.</summary>
    public static async Task<(ScpEar Ear, string Sent, string? End)> SourceAsync(string sink, string path, ScpOptions? options = null)
    {
        var ear = new ScpEar();
        var sent = new MemoryStream();
        var wire = new ScpWire(PipeReader.Create(new MemoryStream(Encoding.UTF8.GetBytes(sink))), PipeWriter.Create(sent, new StreamPipeWriterOptions(leaveOpen: true)));
        var source = new ScpSource(wire, new LocalFileSystem("/"), options ?? new ScpOptions { IsRecursive = true }, ear);
        string? end = await EndAsync(async () =>
        {
            await source.BeginAsync(TestContext.Current.CancellationToken);
            await source.SendAsync(path, TestContext.Current.CancellationToken);
        });
        if (end is null) Assert.Equal(ear.Complaints.Count == 0, source.IsWhole);
        return (ear, Encoding.UTF8.GetString(sent.ToArray()), end);
    }

    /// <summary>Lets a source and a sink speak with each other over pipes of memory.</summary>
    public static async Task<(ScpEar Source, ScpEar Sink)> TogetherAsync(
        IEnumerable<string> paths, string target, ScpOptions? options = null, IFileSystem? from = null, IFileSystem? to = null)
    {
        ScpOptions how = options ?? new ScpOptions { IsRecursive = true };
        (ScpEar sourceEar, ScpEar sinkEar) = (new ScpEar(), new ScpEar());
        (Pipe there, Pipe back) = (new Pipe(), new Pipe());
        var source = new ScpSource(new ScpWire(back.Reader, there.Writer), from ?? new LocalFileSystem("/"), how, sourceEar);
        var sink = new ScpSink(new ScpWire(there.Reader, back.Writer), to ?? new LocalFileSystem("/"), how, sinkEar);
        await Task.WhenAll(SendAsync(), ReceiveAsync()).WaitAsync(Run.Limit, TestContext.Current.CancellationToken);
        Assert.Equal(sourceEar.Complaints.Count == 0, source.IsWhole);
        Assert.Equal(sinkEar.Complaints.Count == 0, sink.IsWhole);
        return (sourceEar, sinkEar);

        async Task SendAsync()
        {
            await source.BeginAsync(TestContext.Current.CancellationToken);
            foreach (string path in paths) await source.SendAsync(path, TestContext.Current.CancellationToken);
            await there.Writer.CompleteAsync();
        }

        async Task ReceiveAsync()
        {
            await sink.ReceiveAsync(target, requested: null, TestContext.Current.CancellationToken);
            await back.Writer.CompleteAsync();
        }
    }

    private static async Task<(ScpEar Ear, string? End)> SinkAsync(byte[] source, PipeWriter answers, string target, ScpOptions? options = null, RequestedNames? requested = null)
    {
        var ear = new ScpEar();
        var sink = new ScpSink(new ScpWire(PipeReader.Create(new MemoryStream(source)), answers), new LocalFileSystem("/"), options ?? new ScpOptions { IsRecursive = true }, ear);
        string? end = await EndAsync(() => sink.ReceiveAsync(target, requested, TestContext.Current.CancellationToken));
        if (end is null) Assert.Equal(ear.Complaints.Count == 0, sink.IsWhole);
        return (ear, end);
    }

    private static async Task<string?> EndAsync(Func<Task> conversation)
    {
        try
        {
            await conversation().WaitAsync(Run.Limit, TestContext.Current.CancellationToken);
            return null;
        }
        catch (ScpException over)
        {
            return over.Message;
        }
    }
}
