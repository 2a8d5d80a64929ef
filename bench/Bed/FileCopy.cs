namespace Nacre.Bench.Bed;

/// <summary>Runs sftp with a batch of one copy and takes the time of that copy.</summary>
/// <remarks>The clock starts and stops by commands of the batch itself, so that neither the start of the program nor the login is in it.</remarks>
internal static class FileCopy
{
    private const string Script =
        """
        rm -rf "$4"
        printf '!date +"begin %%s.%%N"\n%s\n!date +"end %%s.%%N"\n!echo "client-peak $(grep VmHWM /proc/$PPID/status)"\n' "$5" > "$3"
        TIMEFORMAT='client %U %S'
        { time "$1" -F "$2" -b "$3" "${@:7}" bench; } 2>&1
        diff -rq "$6" "$4" >&2
        """;

    /// <summary>Runs one copy, and fails when the copy is not equal to what was copied.</summary>
    /// <param name="client">Whose client.</param>
    /// <param name="server">Whose server's time is counted.</param>
    /// <param name="shelf">Where the files are.</param>
    /// <param name="isGet">From the server to the client.</param>
    /// <param name="source">The file or folder.</param>
    /// <param name="options">Further arguments for sftp.</param>
    public static async Task<FileCopyResult> RunAsync(Contender client, Contender server, FileShelf shelf, bool isGet, string source, params string[] options)
    {
        string recursive = Directory.Exists(source) ? " -r" : "";
        string command = $"{(isGet ? "get" : "put")}{recursive} {source} {shelf.Target}";
        await File.WriteAllTextAsync($"/proc/{server.ServerId}/clear_refs", "5");
        double before = await ProcessUse.OfServerAsync(server.ServerId);
        string said = await Bash.RunAsync(Script, [client.Sftp, client.Config, client.Config + ".batch", shelf.Target, command, source, .. options]);
        double used = await ProcessUse.OfServerAsync(server.ServerId) - before;
        double seconds = Bash.Numbers(said, "end ")[0] - Bash.Numbers(said, "begin ")[0];
        double serverPeak = ProcessUse.PeakKiB(server.ServerId);
        return new FileCopyResult(seconds, Bash.Numbers(said, "client ").Sum() + used, Bash.Numbers(said, "client-peak VmHWM:")[0], serverPeak);
    }
}
