namespace Nacre.Sftp;

/// <summary>How far a copy is.</summary>
/// <param name="Source">The file that has come on.</param>
/// <param name="Target">Where it is copied to.</param>
/// <param name="Bytes">Its bytes that are copied, those of an earlier copy included that goes on.</param>
/// <param name="Size">Its size, where it is known.</param>
/// <param name="TotalBytes">The bytes of all files that were copied so far.</param>
/// <param name="Files">The files that are whole so far.</param>
public sealed record TransferProgress(string Source, string Target, long Bytes, long? Size, long TotalBytes, long Files);
