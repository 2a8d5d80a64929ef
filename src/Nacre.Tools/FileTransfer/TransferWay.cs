using Nacre.Sftp;

namespace Nacre.Tools.FileTransfer;

/// <summary>From where to where files are copied, and with it how OpenSSH words what fails.</summary>
internal abstract class TransferWay
{
    public static TransferWay Down { get; } = new DownWay();

    public static TransferWay Up { get; } = new UpWay();

    public static TransferWay Across { get; } = new AcrossWay();

    /// <summary>The line that says what failed, without the program's name.</summary>
    /// <param name="failure">What failed.</param>
    /// <param name="isNamed">True for what the user named, false for what was found in it.</param>
    public abstract string Describe(TransferFailure failure, bool isNamed);

    private static string Said(TransferFailure failure, string path) =>
        LocalFault.Describe(failure.Error, path);

    private sealed class DownWay : TransferWay
    {
        public override string Describe(TransferFailure failure, bool isNamed) => failure.Step switch
        {
            TransferStep.Stat => $"stat remote \"{failure.Source}\": {Said(failure, failure.Source)}",
            TransferStep.NotRegular when isNamed => $"download {failure.Source}: not a regular file",
            TransferStep.NotRegular => $"download \"{failure.Source}\": not a regular file",
            TransferStep.OpenSource => $"remote open \"{failure.Source}\": {Said(failure, failure.Source)}",
            TransferStep.Read => $"read remote \"{failure.Source}\": {Said(failure, failure.Source)}",
            TransferStep.OpenTarget => $"open local \"{failure.Target}\": {Said(failure, failure.Target)}",
            TransferStep.Write or TransferStep.Close => $"write local \"{failure.Target}\": {Said(failure, failure.Target)}",
            TransferStep.List => $"remote readdir \"{failure.Source}\": {Said(failure, failure.Source)}",
            TransferStep.MakeDirectory => $"mkdir {failure.Target}: {Said(failure, failure.Target)}",
            TransferStep.SetAttributes => $"local set attributes of \"{failure.Target}\": {Said(failure, failure.Target)}",
            TransferStep.Rename => $"local rename to \"{failure.Target}\": {Said(failure, failure.Target)}",
            TransferStep.Verify => $"resume \"{failure.Target}\": {Said(failure, failure.Target)}",
            _ => failure.Error.Message,
        };
    }

    private sealed class UpWay : TransferWay
    {
        public override string Describe(TransferFailure failure, bool isNamed) => failure.Step switch
        {
            TransferStep.Stat => $"stat local \"{failure.Source}\": {Said(failure, failure.Source)}",
            TransferStep.NotRegular => $"local \"{failure.Source}\" is not a regular file",
            TransferStep.OpenSource => $"open local \"{failure.Source}\": {Said(failure, failure.Source)}",
            TransferStep.Read => $"read local \"{failure.Source}\": {Said(failure, failure.Source)}",
            TransferStep.OpenTarget => $"dest open \"{failure.Target}\": {Said(failure, failure.Target)}",
            TransferStep.Write => $"write remote \"{failure.Target}\": {Said(failure, failure.Target)}",
            TransferStep.Close => $"close remote \"{failure.Target}\": {Said(failure, failure.Target)}",
            TransferStep.List => $"local opendir \"{failure.Source}\": {Said(failure, failure.Source)}",
            TransferStep.MakeDirectory => $"remote mkdir \"{failure.Target}\": {Said(failure, failure.Target)}",
            TransferStep.SetAttributes => $"remote setstat \"{failure.Target}\": {Said(failure, failure.Target)}",
            TransferStep.Rename => $"remote rename to \"{failure.Target}\": {Said(failure, failure.Target)}",
            TransferStep.Verify => $"resume \"{failure.Target}\": {Said(failure, failure.Target)}",
            _ => failure.Error.Message,
        };
    }

    private sealed class AcrossWay : TransferWay
    {
        public override string Describe(TransferFailure failure, bool isNamed) => failure.Step switch
        {
            TransferStep.Stat => $"stat remote \"{failure.Source}\": {Said(failure, failure.Source)}",
            TransferStep.NotRegular => $"download \"{failure.Source}\": not a regular file",
            TransferStep.OpenSource => $"remote open \"{failure.Source}\": {Said(failure, failure.Source)}",
            TransferStep.Read => $"read remote \"{failure.Source}\": {Said(failure, failure.Source)}",
            TransferStep.List => $"remote readdir \"{failure.Source}\": {Said(failure, failure.Source)}",
            _ => Up.Describe(failure, isNamed),
        };
    }
}
