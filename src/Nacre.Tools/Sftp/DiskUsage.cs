using System.Globalization;
using Nacre.Sftp;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.Sftp;

/// <summary>The command df: how full the file system at the other side is.</summary>
internal sealed class DiskUsage(SftpSession session)
{
    public async Task<bool> RunAsync(SftpArguments given, CancellationToken ct)
    {
        string path = given.Count == 0 ? session.Working : session.Absolute(given.Path(0));
        if (!session.Client.Offers(SftpClient.StatisticsExtension)) return session.Fail($"Server does not support {SftpClient.StatisticsExtension} extension");
        FileSystemStatistics? told = null;
        if (!await session.DoAsync(async () => told = await session.Client.StatisticsAsync(path, ct).ConfigureAwait(false), $"remote statvfs \"{path}\"").ConfigureAwait(false)) return false;
        foreach (string line in Lines(told!, given.Has('h'), given.Has('i'))) session.Reporter.Print(line);
        return true;
    }

    /// <summary>The heading and the figures: of the room in KiB or with units, or of the files there can be.</summary>
    internal static string[] Lines(FileSystemStatistics told, bool isScaled, bool isFiles)
    {
        CultureInfo plain = CultureInfo.InvariantCulture;
        ulong unit = told.FragmentSize;
        (ulong all, ulong used, ulong free, ulong forRoot) = (told.Blocks, unchecked(told.Blocks - told.FreeBlocks), told.AvailableBlocks, told.FreeBlocks);
        string capacity = Capacity(used, all);
        if (isFiles)
        {
            ulong usedFiles = unchecked(told.Files - told.FreeFiles);
            return
            [
                "     Inodes        Used       Avail      (root)    %Capacity",
                string.Create(plain, $"{told.Files,11} {usedFiles,11} {told.AvailableFiles,11} {told.FreeFiles,11}         {Capacity(usedFiles, told.Files)}"),
            ];
        }

        if (isScaled)
        {
            return
            [
                "    Size     Used    Avail   (root)    %Capacity",
                $"{Scaled(all),8} {Scaled(used),8} {Scaled(free),8} {Scaled(forRoot),8}         {capacity}",
            ];
        }

        return
        [
            "        Size         Used        Avail       (root)    %Capacity",
            string.Create(plain, $"{Kilobytes(all),12} {Kilobytes(used),12} {Kilobytes(free),12} {Kilobytes(forRoot),12}         {capacity}"),
        ];

        string Scaled(ulong blocks) => ByteCount.Scaled(unchecked(blocks * unit)) + "B";
        ulong Kilobytes(ulong blocks) => unchecked(blocks * unit) / 1024;
    }

    private static string Capacity(ulong used, ulong all) =>
        all == 0 ? "ERR" : string.Create(CultureInfo.InvariantCulture, $"{(ulong)((UInt128)100 * used / all),3}%");
}
