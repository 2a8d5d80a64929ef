using System.IO.Pipelines;
using Nacre.Scp;
using Nacre.Sftp;
using Nacre.Tools.FileTransfer;
using Nacre.Unix;

namespace Nacre.Tools.Scp;

/// <summary>The scp that another scp starts at its other side: it speaks the old protocol on standard input and output.</summary>
internal static class ScpRemote
{
    /// <summary>Runs as source or sink.</summary>
    /// <returns>False when anything failed, which the other side has heard.</returns>
    public static async Task<bool> RunAsync(ScpSettings settings, Reporter reporter)
    {
        PipeReader input = PipeReader.Create(InheritedStream.OpenInput(), new StreamPipeReaderOptions(bufferSize: ScpWire.PieceBytes));
        PipeWriter output = PipeWriter.Create(InheritedStream.OpenOutput(), new StreamPipeWriterOptions(minimumBufferSize: ScpWire.PieceBytes));
        var wire = new ScpWire(input, output);
        var files = new LocalFileSystem(Environment.CurrentDirectory);
        using var voice = new ScpVoice(reporter, isRemote: true, settings.Verbosity > 0);
        try
        {
            if (settings.Role == ScpRole.Source)
            {
                var source = new ScpSource(wire, files, settings.Legacy, voice);
                await source.BeginAsync(CancellationToken.None).ConfigureAwait(false);
                foreach (string path in settings.Sources) await source.SendAsync(path, CancellationToken.None).ConfigureAwait(false);
                return source.IsWhole;
            }

            if (settings.Sources.Count != 1)
            {
                await wire.ComplainAsync("ambiguous target", CancellationToken.None).ConfigureAwait(false);
                return false;
            }

            var sink = new ScpSink(wire, files, settings.Legacy, voice);
            await sink.ReceiveAsync(settings.Sources[0], requested: null, CancellationToken.None).ConfigureAwait(false);
            return sink.IsWhole;
        }
        catch (ScpException)
        {
            return false;
        }
    }
}
