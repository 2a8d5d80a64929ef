namespace Nacre.Sftp;

/// <summary>A file or directory that could not be copied; the others were.</summary>
/// <param name="Step">What was being done.</param>
/// <param name="Source">What was to be copied.</param>
/// <param name="Target">Where to.</param>
/// <param name="Error">What went wrong: an <see cref="SftpException"/>, or an exception of System.IO about the local side.</param>
public sealed record TransferFailure(TransferStep Step, string Source, string Target, Exception Error);
